/** Texts made of what nearly is an identifier, a secret or a disguise, each about so many code units long. */
export function nearMisses(length: number): [string, string][] {
  return [...identifiers(filler(length)), ...disguises(filler(length)), ...secrets(filler(length))]
}

type Fill = (kind: string, unit: (index: number) => string) => [string, string]

/** Repeats units until a text has the length. */
function filler(length: number): Fill {
  return (kind: string, unit: (index: number) => string): [string, string] => {
    const parts: string[] = []
    for (let size = 0, index = 0; size < length; index++) {
      const part = unit(index)
      parts.push(part)
      size += part.length
    }
    return [kind, parts.join('')]
  }
}

/** Digits that differ from unit to unit. */
function digits(index: number, count: number): string {
  return String((index * 7_919 + 104_729) % 10 ** Math.min(count, 15)).padStart(count, '4')
}

/** Letters and digits of Base64 that differ from unit to unit and decode to nothing readable. */
function packed(index: number, count: number): string {
  const bytes = Uint8Array.from({ length: count }, (_, i) => (index * 31 + i * 97 + 0x80) & 0xff)
  return Buffer.from(bytes).toString('base64url').slice(0, count)
}

function identifiers(fill: Fill): [string, string][] {
  return [
    fill('cards in groups', (i) => `4012-8888-8888-${digits(i, 4)} `),
    fill('cards', (i) => `4${digits(i, 15)} `),
    fill('nine digits', (i) => `${digits(i, 9)} `),
    fill('eleven digits with context', (i) => `pesel nip ${digits(i, 11)} `),
    fill('groups of three', (i) => `${digits(i, 3)} `),
    fill('telephone numbers', (i) => `+1 (${digits(i, 3)}) ${digits(i + 1, 3)}-${digits(i, 4)},`),
    fill('IBANs', (i) => `GB29 NWBK 6016 1331 ${digits(i, 4)} 19 `),
    fill('at signs', () => 'a@b.c@d.'),
    fill('brackets', () => '(at)[at](dot)'),
    fill('colons', () => 'ab:1::cd:'),
    fill('dots', () => 'a.b.c.1.2.'),
    fill('dates', (i) => `${1 + (i % 28)}.${1 + (i % 12)}.19${digits(i, 2)} May `),
    fill('Base58', (i) => `1BvBMSEYstWetqTFn5Au4m4GFg7xJaN${digits(i, 3)} `),
    fill('hashes', (i) => `0x${digits(i, 15)}aBcDeF${digits(i + 3, 15)}AbCd `),
    fill('plates', (i) => `AB${digits(i, 2)} ABC KA EF ${digits(i, 3)} `),
    fill('letters and digits', (i) => `A${digits(i, 8)} AB${digits(i, 7)} `),
    fill('one long number', (i) => digits(i, 5)),
    fill('one long word', () => 'abcdefghij'),
    fill('addresses of version 4', (i) => `1.2.${i % 300}.256 `),
    fill('domains', () => 'www.example.comx.'),
    fill('half cards', (i) => `4012 8888 ${digits(i, 4)} / `),
    fill('cards by colons', (i) => `4012:8888:${digits(i, 4)}:1882:`),
    fill('Swiss numbers', (i) => `756.${digits(i, 4)}.${digits(i + 1, 4)}.99 `),
    fill('long numbers', (i) => `${digits(i, 60)} `),
    fill('numbers and words of context', (i) => `ssn iban card passport nhs ${digits(i, 9)} `),
    fill('words of scripts without spaces', (i) => `身份证号码护照${digits(i, 8)}電話番号`),
    fill('addresses of version 6', (i) => `2001:db8::${digits(i, 3)}::1 `),
    fill('addresses of hardware', (i) => `00:1b:44:11:3a:${digits(i, 3)} `),
    fill('long local parts', () => `${'a.'.repeat(40)}@b `),
    fill('at signs alone', () => '@'),
    fill('hidden addresses', () => 'ann [at] bob (dot) '),
    fill('URLs', (i) => `https://u:p@h.example/${digits(i, 4)}?a=b&c=//x:y@`),
    fill('birth dates', (i) => `born on ${1 + (i % 31)}. of Mai ${digits(i, 3)} `),
    fill('capitals', () => 'ABCD EFGH IJKLMN OPQ '),
    fill('vehicles', (i) => `1HGCM82633A${digits(i, 6)} WVWZZZ1JZ3W${digits(i, 6)} `),
  ]
}

function disguises(fill: Fill): [string, string][] {
  return [
    fill('Base64', (i) => Buffer.from(`not a secret ${i}`).toString('base64') + ' '),
    fill('percent signs', () => '%25%2525%3'),
    fill('entities', () => '&amp;#&#38;#x'),
    fill('backslashes', () => '\\u005c\\x5c'),
    fill('stars', () => 'a**b`c__1'),
    fill('tags', () => '<b>1</b>2<i'),
    fill('spelled digits', () => 'one two, three four double '),
    fill('mixed scripts', () => 'pаypаl Оо12 '),
    fill('combining marks', () => '1\u0332a\u0301\u0323'),
    fill('single digits', (i) => `${i % 10} `),
    fill('Base64 that is none', (i) => `${packed(i, 48)} `),
    fill('one long run of Base64', (i) => packed(i, 50)),
    fill('Base64 in lines', (i) => `${packed(i, 64).replaceAll(/[-_]/g, 'A')}\n`),
    fill('Base64 in Base64', (i) => `${nested(i)} `),
    fill('hexadecimal', (i) => `${Buffer.from(`card ${digits(i, 16)}`).toString('hex')} `),
    fill('bytes that stand apart', (i) => `${digits(i, 2)} 3${i % 10} a0 `),
    fill('nested percent signs', () => '%2525252534%25252535'),
    fill('nested entities', () => '&amp;amp;amp;#x26;#52;'),
    fill('nested backslashes', () => '\\\\\\\\u005cu0034'),
    fill('braces', () => '\\u{34}\\u{0000035'),
    fill('open tags', () => '12<b 34<i 56'),
    fill('italics', () => '1*2 3*4 '),
    fill('wide digits', () => '４０１２　８８８８'),
    fill('invisible characters', () => '4\u200b0\u200d1\u2060'),
    fill('right to left', () => '\u202e2188\u202c'),
    fill('tag characters', () => '\u{e0034}\u{e0030}x'),
    fill('hyphens of other kinds', () => '4012\u20118888\u2010'),
    fill('spaces of other kinds', () => '4012\u00a08888\u2009'),
    fill('digits of other scripts', () => '٤٠١٢٨٨٨٨ ४०१२ '),
    fill('letters for digits', (i) => `4O12 8B88 l88${i % 10} `),
    fill('spaced words', () => 'g h p _ 4 0 1 2. '),
    fill('emoji', () => '😀4️⃣0️⃣'),
    fill('rot13', () => 'rot13 tuc_0123 '),
  ]
}

/** A text packed three times over. */
function nested(index: number): string {
  let text = `near ${digits(index, 16)}`
  for (let times = 0; times < 3; times++) text = Buffer.from(text).toString('base64')
  return text
}

function secrets(fill: Fill): [string, string][] {
  return [
    fill('passwords', () => 'password='),
    fill('passwords with values', (i) => `password = "Tr0ub4dor${digits(i, 4)}" `),
    fill('queries', (i) => `token=${packed(i, 20)}&key=`),
    fill('names of secrets', () => 'secret_key_token_password_'),
    fill('keys that never end', () => '-----BEGIN PRIVATE KEY-----\n'),
    fill(
      'a key that never ends',
      (i) => `${i === 0 ? '-----BEGIN PRIVATE KEY-----\n' : ''}${packed(i, 64)}\n`,
    ),
    fill('PuTTY keys', () => 'PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\n'),
    fill('web tokens', () => 'eyJhbGciOiJIUzI1NiJ9.'),
    fill('web tokens of two parts', (i) => `eyJhbGciOiJIUzI1NiJ9.eyJ${packed(i, 40)} `),
    fill('beginnings of web tokens', () => 'eyJ'),
    fill('vendor prefixes', () => 'ghp_ sk-ant- AKIA xoxb- AIza '),
    fill('cut vendor tokens', (i) => `ghp_${packed(i, 35).replaceAll(/[-_]/g, 'x')}- `),
    fill('connection strings', () => 'postgres://user:pa:ss:'),
    fill('commands', () => 'curl -u name:'),
    fill('settings', () => 'kind: Secret\ndata:\n  a: QUJDREVG\n'),
    fill('JSON in JSON', () => '{\\"password\\":\\"{\\\\\\"key\\\\\\":'),
  ]
}
