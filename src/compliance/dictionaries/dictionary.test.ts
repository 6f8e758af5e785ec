import { describe, expect, test } from 'bun:test'
import { dictionariesConfigSchema } from './config.ts'
import { createTermFinder, DictionaryError, loadDictionary, openDictionaries } from './index.ts'
import type { DictionarySettings } from './index.ts'

function termsOf(content: string | Uint8Array, settings: Partial<DictionarySettings> = {}) {
  return loadDictionary(content, { name: 'd', file: 'd.txt', ...settings }).terms.split('\n')
}

function faultOf(load: () => unknown): DictionaryError {
  try {
    load()
  } catch (error) {
    if (error instanceof DictionaryError) return error
    throw error
  }
  throw new Error('It was accepted.')
}

describe('terms are read', () => {
  test('one a line, without comments and empty lines', () => {
    const content = '\ufeff# projects\r\n\r\n Project Falcon \r\n\\#osprey\r\nKite'
    expect(termsOf(content)).toEqual(['Project Falcon', '#osprey', 'Kite'])
  })

  test('from a column of a table, by name, by number, or the first', () => {
    const content = 'id;name;"city; country"\n1;"Smith; ""Sons""";Rome\n2;"Two\nLines";Bern\n'
    expect(termsOf(content, { file: 'a.csv', column: 'name' })).toEqual([
      'Smith; "Sons"',
      'Two Lines',
    ])
    expect(termsOf(content, { file: 'a.csv', column: '3' })).toEqual(['Rome', 'Bern'])
    expect(termsOf('t\nab\ncd', { file: 'a.txt', format: 'csv' })).toEqual(['ab', 'cd'])
  })

  test('from a list', () => {
    const content = `# ours\nterms:\n  - Project Falcon # secret\n- "a \\"b\\""\n  - 'it''s: #1'\n`
    expect(termsOf(content, { file: 'a.yaml' })).toEqual(['Project Falcon', 'a "b"', "it's: #1"])
  })

  test('from bytes', () => {
    expect(termsOf(new TextEncoder().encode('Müller\n猎鹰'))).toEqual(['Müller', '猎鹰'])
  })

  test('and sought without disguise as well', () => {
    expect(termsOf('Ｆａｌｃｏｎ')).toEqual(['Ｆａｌｃｏｎ', 'Falcon'])
  })
})

describe('a dictionary is refused with file, line and cure:', () => {
  test.each([
    ['no terms', '# nothing\n', {}, undefined, /no term/],
    ['a term of hyphens only', 'ab\n---\n', {}, 2, /nothing to look for/],
    ['an empty cell', 'n\nab\n""\n', { file: 'a.csv' }, 3, /empty/],
    ['an empty item', 'terms:\n- ab\n-\n', { file: 'a.yml' }, 3, /empty/],
    ['a short term', '# x\nab\nc\n', {}, 3, /1 long; 2 is the least.*lower minLength/],
    ['a shorter term than asked', 'abcd\n', { minLength: 5 }, 1, /4 long; 5/],
    ['a term of many words', `ok\n${'ab '.repeat(201)}`, {}, 2, /201 words; 200 are the most/],
    ['a missing column', 'n,m\na,b\n', { file: 'a.csv', column: 'x' }, 1, /'x'.*n, m/],
    ['a list of another form', 'terms: [a, b]\n', { file: 'a.yaml' }, 1, /one '- term'/],
    ['an item of another form', 'terms:\n- ab\n- a: b\n', { file: 'a.yaml' }, 3, /single quotes/],
    ['an open quote', 'terms:\n- "a\n', { file: 'a.yaml' }, 2, /single quotes/],
  ])('%s', (_, ...[content, settings, line, words]) => {
    const fault = faultOf(() => termsOf(content, settings))
    expect(fault).toMatchObject({ dictionary: 'd', line })
    expect(fault.message).toMatch(words)
    expect(fault.message).toContain("'d'")
    expect(fault.message.endsWith('.')).toBe(true)
  })

  test('bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from([97, 98, 10, 99, 0xff, 10])
    expect(faultOf(() => termsOf(bytes))).toMatchObject({
      line: 2,
      cure: 'Save the file in UTF-8.',
    })
  })

  test('a file that is not there', () => {
    const open = (): unknown =>
      openDictionaries([{ name: 'd', file: 'gone.txt' }], () => {
        throw new Error('no such file')
      })
    expect(faultOf(open).message).toContain('gone.txt: the file cannot be read (no such file). Put')
  })

  test('too many terms', () => {
    const content = 'ab\n'.repeat(1_000_001)
    expect(faultOf(() => termsOf(content))).toMatchObject({ line: 1_000_001 })
  })
})

test('the configuration is what dictionaries are opened with', () => {
  const configured = dictionariesConfigSchema.parse([
    { name: 'deals', file: 'deals.txt', context: { words: ['deal'] } },
  ])
  const dictionaries = openDictionaries(configured, () => new TextEncoder().encode('Falcon'))
  const finder = createTermFinder(dictionaries)
  expect(finder.find('the Falcon deal')).toEqual([
    { label: 'dictionary:deals', category: 'dictionary', score: 0.9, start: 4, end: 10 },
  ])
  expect(dictionariesConfigSchema.safeParse([{ name: 'A b', file: 'x' }]).success).toBe(false)
})
