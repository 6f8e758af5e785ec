/** Texts made of what nearly is an identifier, each about so many code units long. */
export function nearMisses(length: number): [string, string][] {
  const fill = (kind: string, unit: (index: number) => string): [string, string] => {
    const parts: string[] = []
    for (let size = 0, index = 0; size < length; index++) {
      const part = unit(index)
      parts.push(part)
      size += part.length
    }
    return [kind, parts.join('')]
  }
  const digits = (index: number, count: number): string =>
    String((index * 7_919 + 104_729) % 10 ** Math.min(count, 15)).padStart(count, '4')
  return [
    fill('cards in groups', (i) => `4012-8888-8888-${digits(i, 4)} `),
    fill('cards', (i) => `4${digits(i, 15)} `),
    fill('nine digits', (i) => `${digits(i, 9)} `),
    fill('eleven digits with context', (i) => `pesel nip ${digits(i, 11)} `),
    fill('groups of three', (i) => `${digits(i, 3)} `),
    fill('single digits', (i) => `${i % 10} `),
    fill('telephone numbers', (i) => `+1 (${digits(i, 3)}) ${digits(i + 1, 3)}-${digits(i, 4)},`),
    fill('IBANs', (i) => `GB29 NWBK 6016 1331 ${digits(i, 4)} 19 `),
    fill('at signs', () => 'a@b.c@d.'),
    fill('brackets', () => '(at)[at](dot)'),
    fill('colons', () => 'ab:1::cd:'),
    fill('dots', () => 'a.b.c.1.2.'),
    fill('dates', (i) => `${1 + (i % 28)}.${1 + (i % 12)}.19${digits(i, 2)} May `),
    fill('Base58', (i) => `1BvBMSEYstWetqTFn5Au4m4GFg7xJaN${digits(i, 3)} `),
    fill('hashes', (i) => `0x${digits(i, 15)}aBcDeF${digits(i + 3, 15)}AbCd `),
    fill('Base64', (i) => Buffer.from(`not a secret ${i}`).toString('base64') + ' '),
    fill('percent signs', () => '%25%2525%3'),
    fill('entities', () => '&amp;#&#38;#x'),
    fill('backslashes', () => '\\u005c\\x5c'),
    fill('stars', () => 'a**b`c__1'),
    fill('tags', () => '<b>1</b>2<i'),
    fill('spelled digits', () => 'one two, three four double '),
    fill('mixed scripts', () => 'pаypаl Оо12 '),
    fill('combining marks', () => '1\u0332a\u0301\u0323'),
    fill('plates', (i) => `AB${digits(i, 2)} ABC KA EF ${digits(i, 3)} `),
    fill('letters and digits', (i) => `A${digits(i, 8)} AB${digits(i, 7)} `),
    fill('one long number', (i) => digits(i, 5)),
    fill('one long word', () => 'abcdefghij'),
    fill('addresses of version 4', (i) => `1.2.${i % 300}.256 `),
    fill('domains', () => 'www.example.comx.'),
  ]
}
