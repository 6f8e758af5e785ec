import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../core/secret.ts'
import { createConfigLoader } from './load.ts'
import type { LoadedConfig } from './load.ts'
import { ConfigError } from './problem.ts'
import { testSchema } from './testing/schema.ts'
import type { TestConfig } from './testing/schema.ts'

const directory = await mkdtemp(join(tmpdir(), 'smartflow-load-'))
afterAll(() => rm(directory, { recursive: true }))

const environment = { KEY: 'value-of-the-variable', PORT: '4711', EMPTY: '', YES: 'true' }

function load(text: string, digestKey?: Uint8Array): Promise<LoadedConfig<TestConfig>> {
  const options = { environment, digestKey: async () => digestKey }
  return createConfigLoader(testSchema, options).parse(text, join(directory, 'smartflow.yaml'))
}

async function errorOf(text: string): Promise<ConfigError> {
  try {
    await load(text)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the text was accepted')
}

async function linesOf(text: string): Promise<string[]> {
  const { problems } = await errorOf(text)
  return problems.map(({ line, column, path, message, hint }) =>
    [`${line}:${column} ${path}: ${message}`, hint].filter(Boolean).join('; '),
  )
}

describe('an accepted configuration', () => {
  test('is typed, filled with defaults and frozen all the way down', async () => {
    const { config } = await load('providers:\n  - { name: a, type: ollama }\n')
    expect(config.server.maxBodyBytes).toBe(2048)
    expect(Object.isFrozen(config.providers[0])).toBe(true)
    expect(() => Object.assign(config.server, { verbose: true })).toThrow(TypeError)
  })

  test('may be an empty file', async () => {
    expect((await load('')).config.models).toEqual([])
    expect((await load('# nothing yet\n')).config.models).toEqual([])
  })

  test('holds secrets from the environment, from files and with defaults', async () => {
    await writeFile(join(directory, 'key.txt'), 'from-a-file\n')
    const { config, files, document } = await load(
      'providers:\n' +
        '  - { name: a, type: openai, apiKey: "${env:KEY}" }\n' +
        '  - { name: b, type: openai, apiKey: "${file:key.txt}" }\n' +
        '  - { name: c, type: openai, apiKey: "x-${env:NONE:-otherwise}" }\n' +
        '  - { name: "$${d}", type: openai, apiKey: "$5" }\n',
    )
    const keys = config.providers.map((provider) =>
      provider.type === 'openai' ? provider.apiKey.reveal() : '',
    )
    expect(keys).toEqual(['value-of-the-variable', 'from-a-file', 'x-otherwise', '$5'])
    expect(config.providers[3]?.name).toBe('${d}')
    expect(files).toEqual([join(directory, 'key.txt')])
    expect(document['providers']).toEqual([
      { name: 'a', type: 'openai', apiKey: '${env:KEY}' },
      { name: 'b', type: 'openai', apiKey: '${file:key.txt}' },
      { name: 'c', type: 'openai', apiKey: 'x-${env:NONE:-…}' },
      { name: '${d}', type: 'openai', apiKey: '[secret]' },
    ])
  })

  test('reads a reference as a number or truth value where the schema wants one', async () => {
    const { config } = await load(
      'server: { maxBodyBytes: "${env:PORT}", verbose: "${env:YES}" }\n' +
        'providers: [{ name: "${env:PORT}", type: ollama, port: "${env:PORT}" }]\n',
    )
    expect(config.server).toMatchObject({ maxBodyBytes: 4711, verbose: true })
    expect(config.providers[0]).toEqual({ name: '4711', type: 'ollama', port: 4711 })
  })

  test('may use anchors, aliases and merge keys, own keys winning', async () => {
    const { config } = await load(
      'providers:\n' +
        '  - &base { name: a, type: openai, apiKey: &k "abc", labels: { x: "1" } }\n' +
        '  - { <<: *base, name: b, labels: { y: "2" } }\n' +
        '  - { <<: [{ name: c }, *base], apiKey: *k }\n',
    )
    expect(config.providers.map((provider) => provider.name)).toEqual(['a', 'b', 'c'])
    expect(config.providers[1]).toMatchObject({ labels: { y: '2' } })
  })
})

describe('the version', () => {
  const yaml = (name: string, key: string): string =>
    `providers: [{ name: ${name}, type: openai, apiKey: "${key}" }]\n`

  test('depends on the effective values, not on layout, order, comments or stated defaults', async () => {
    const a = await load(yaml('a', 'secret-1'))
    const b = await load(
      'server: { verbose: false } # same\nproviders:\n  - apiKey: secret-1\n    type: openai\n    name: a\n',
    )
    expect(a.version).toMatch(/^[0-9a-f]{16}$/)
    expect(b.version).toBe(a.version)
    expect((await load(yaml('b', 'secret-1'))).version).not.toBe(a.version)
  })

  test('tells literal secrets apart only under a digest key, the fingerprint always', async () => {
    const loader = createConfigLoader(testSchema, { environment })
    const [a, b] = [
      await loader.parse(yaml('a', 'secret-1'), 'x'),
      await loader.parse(yaml('a', 'secret-2'), 'x'),
    ]
    expect(a.version).toBe(b.version)
    expect(a.fingerprint).not.toBe(b.fingerprint)
    const key = new Uint8Array(32).fill(7)
    const keyed = await load(yaml('a', 'secret-1'), key)
    expect((await load(yaml('a', 'secret-2'), key)).version).not.toBe(keyed.version)
    expect((await load(yaml('a', 'secret-1'), key)).version).toBe(keyed.version)
  })
})

test('files that settings name count by their content in the fingerprint, and are to be watched', async () => {
  const named = join(directory, 'named')
  const schema = { ...testSchema, filesOf: () => [named, named] }
  const loader = createConfigLoader(schema, { environment })
  const loads = []
  for (const content of [undefined, 'one', 'two', 'two']) {
    if (content !== undefined) await writeFile(named, content)
    loads.push(await loader.parse('models: []', join(directory, 'smartflow.yaml')))
  }
  expect(new Set(loads.map(({ version }) => version)).size).toBe(1)
  const [missing, one, two, again] = loads.map(({ fingerprint }) => fingerprint)
  expect(new Set([missing, one, two]).size).toBe(3)
  expect(again).toBe(two)
  expect(loads.map(({ files }) => files)).toEqual(loads.map(() => [named]))
})

describe('what is wrong is named with line, column, path and a way out', () => {
  const cases: [string, string, string[]][] = [
    [
      'unknown keys, with the nearest at that place',
      'providers: [{ name: a, type: ollama }]\nmodels:\n  - name: m\n    strategi: weighted\n    targets: [{ provider: a }]\n',
      ["4:5 models[0].strategi: unknown key; did you mean 'strategy'?"],
    ],
    [
      'keys of another member of a union',
      'providers:\n  - name: a\n    type: ollama\n    prt: 1\n    apikey: x\n',
      [
        "4:5 providers[0].prt: unknown key; did you mean 'port'?",
        '5:5 providers[0].apikey: unknown key; known here: name, port, type',
      ],
    ],
    ['unknown top-level keys', 'modles: []\n', ["1:1 modles: unknown key; did you mean 'models'?"]],
    [
      'wrong types',
      'server:\n  maxBodyBytes: "5 MB"\n  verbose: 1\nmodels: {}\n',
      [
        '2:17 server.maxBodyBytes: expected a whole number, found a text',
        '3:12 server.verbose: expected true or false, found a whole number',
        '4:9 models: expected a list, found a mapping',
      ],
    ],
    [
      'missing keys',
      'providers:\n  - type: openai\n    name: x\n',
      ["2:5 providers[0].apiKey: missing key 'apiKey'; give it a text"],
    ],
    [
      'values out of a short list',
      'providers: [{ name: a, type: olama }]\n',
      [
        "1:30 providers[0].type: unknown value 'olama'; did you mean 'ollama'? (expected one of 'openai', 'ollama')",
      ],
    ],
    [
      'a missing discriminator',
      'providers: [{ name: a }]\n',
      ["1:13 providers[0].type: missing key 'type'; expected one of 'openai', 'ollama'"],
    ],
    [
      'sizes',
      'server: { maxBodyBytes: 3 }\nmodels: [{ name: x, targets: [] }]\n',
      [
        '1:25 server.maxBodyBytes: must be at least 1024',
        '2:30 models[0].targets: must be at least 1 entry long',
      ],
    ],
    [
      'forms, in the words of the schema',
      'server: { listen: here }\n',
      ['1:19 server.listen: expected HOST:PORT'],
    ],
    ['unions of types', 'note: [1]\n', ['1:7 note: expected a text or a mapping, found a list']],
    [
      'members of unions',
      'note: { txt: a }\n',
      [
        "1:1 note.text: missing key 'text'; give it a text",
        "1:9 note.txt: unknown key; did you mean 'text'?",
      ],
    ],
    [
      'names that nothing bears',
      'providers: [{ name: local, type: ollama }]\nmodels:\n  - name: m\n    targets:\n      - provider: lokal\n',
      ["5:19 models[0].targets[0].provider: unknown provider 'lokal'; did you mean 'local'?"],
    ],
    [
      'names borne twice',
      'providers:\n  - { name: a, type: ollama }\n  - { name: a, type: ollama }\n',
      ["3:13 providers[1].name: duplicate provider 'a', first at providers[0]"],
    ],
    [
      'duplicate keys',
      'server:\n  verbose: true\n  verbose: false\n',
      ['3:3 server.verbose: duplicate key; each key may appear once in a mapping'],
    ],
    [
      'keys that reach the prototype',
      'server: { __proto__: { verbose: true } }\n',
      ['1:11 server: the key __proto__ is not allowed'],
    ],
    [
      'keys that reach the constructor',
      'constructor: 1\n',
      ['1:1 : the key constructor is not allowed'],
    ],
    [
      'references in keys',
      '"${env:KEY}": 1\n',
      ['1:1 : references such as ${env:NAME} are resolved in values only'],
    ],
    [
      'tabs',
      'server:\n\tverbose: true\n',
      ['2:1 : a tab is used as indentation; indent with spaces'],
    ],
    [
      'a second document',
      'server: {}\n---\nserver: {}\n',
      ['2:1 : a second document begins here; a configuration is one document; remove the --- line'],
    ],
    ['lists at the top', '- a\n', ['1:1 : expected a mapping, found a list']],
    [
      'numbers that are none',
      'server: { maxBodyBytes: .nan }\n',
      ['1:25 server.maxBodyBytes: neither text, a finite number, true, false nor null'],
    ],
    [
      'unknown aliases',
      'note: *gone\n',
      ['1:7 note: alias without an anchor of that name before it'],
    ],
    ['aliases of themselves', 'note: &a [*a]\n', ['1:11 note[0]: alias that contains itself']],
    [
      'merges of no mapping',
      'server: { <<: 3 }\n',
      ['1:15 server: << takes a mapping or a list of mappings'],
    ],
    [
      'unset variables',
      'store: "a${env:NOWHERE}"\n',
      [
        '1:10 store: the environment variable NOWHERE is not set; set it, or write ${env:NOWHERE:-} where nothing will do',
      ],
    ],
    [
      'empty variables',
      'store: ${env:EMPTY}\n',
      [
        '1:8 store: the environment variable EMPTY is empty; set it, or write ${env:EMPTY:-} where nothing will do',
      ],
    ],
    [
      'missing files',
      'store: ${file:/nowhere/key}\n',
      ['1:8 store: the file /nowhere/key does not exist'],
    ],
    ['directories', 'store: ${file:/}\n', ['1:8 store: the file / is not a regular file']],
    [
      'endless files',
      'store: ${file:/dev/zero}\n',
      ['1:8 store: the file /dev/zero is not a regular file'],
    ],
    [
      'unknown kinds of reference',
      'store: ${KEY}\n',
      [
        '1:8 store: unknown kind of reference; known are ${env:NAME}, ${env:NAME:-default} and ${file:/path}; write $${ for a literal ${',
      ],
    ],
  ]
  for (const [name, text, expected] of cases) {
    test(name, async () => expect(await linesOf(text)).toEqual(expected))
  }

  test('rendered as compilers do, with the line and a caret', async () => {
    const { message } = await errorOf('models:\n  - nam: m\n    targets: []\n')
    expect(message.replaceAll(directory, '')).toBe(
      [
        "/smartflow.yaml:2:5 models[0].name: missing key 'name'; give it a text",
        '    2 |   - nam: m',
        '      |     ^',
        "/smartflow.yaml:2:5 models[0].nam: unknown key; did you mean 'name'?",
        '    2 |   - nam: …',
        '      |     ^^^',
        '/smartflow.yaml:3:14 models[0].targets: must be at least 1 entry long',
        '    3 |     targets: []',
        '      |              ^^',
      ]
        .join('\n')
        .replaceAll('nam: m\n', 'nam: …\n'),
    )
  })

  test('a file that is missing, too large or not text', async () => {
    const loader = createConfigLoader(testSchema, { environment, maxBytes: 100 })
    const file = join(directory, 'other.yaml')
    const messageOf = (): Promise<string> =>
      loader.load(file).then(
        () => 'accepted',
        (error: Error) => error.message.replace(directory, ''),
      )
    expect(await messageOf()).toBe('/other.yaml:1:1 the file does not exist')
    await writeFile(file, '#'.repeat(101))
    expect(await messageOf()).toBe('/other.yaml:1:1 the file is larger than 100 bytes')
    await writeFile(file, new Uint8Array([0xff, 0xfe]))
    expect(await messageOf()).toBe('/other.yaml:1:1 the file is not UTF-8 text')
  })
})

describe('hostile files', () => {
  test('a bomb of aliases is refused quickly', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 10; i++) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`)
    }
    const start = performance.now()
    expect((await errorOf(lines.join('\n'))).message).toContain('too many aliases')
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  test('a bomb of merges is refused quickly', async () => {
    const lines = ['a0: &a0 { x: 1 }']
    for (let i = 1; i < 10; i++) {
      lines.push(
        `a${i}: &a${i} { <<: [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}] }`,
      )
    }
    expect((await errorOf(lines.join('\n'))).message).toContain('too many')
  })

  test('deep nesting is refused', async () => {
    expect((await errorOf('['.repeat(5_000))).problems.length).toBeGreaterThan(0)
    const nested = `note: ${'['.repeat(40)}${']'.repeat(40)}`
    expect((await errorOf(nested)).message).toContain('nested too deeply')
  })

  test('thousands of mistakes are reported quickly, the first of them in full', async () => {
    const models = Array.from({ length: 2_000 }, (_, index) => `  - { nam: m${index} }`).join('\n')
    const start = performance.now()
    const { problems, message } = await errorOf(`models:\n${models}\n`)
    expect(performance.now() - start).toBeLessThan(3_000)
    expect([problems.length, message.endsWith('… and 150 more')]).toEqual([200, true])
  })

  test('escape sequences of a file do not reach the terminal', async () => {
    const { message } = await errorOf('"a\\e[2Jb\u202e": 1 # \u202e\n')
    expect(message).not.toContain('\u001b')
    expect(message).not.toContain('\u202e')
  })
})

test('printing a loaded configuration shows no secret', async () => {
  const loaded = await load('providers: [{ name: a, type: openai, apiKey: "sk-literal-12345" }]\n')
  expect(loaded.config.providers[0]).toMatchObject({ apiKey: expect.any(Secret) })
  expect(Bun.inspect(loaded) + JSON.stringify(loaded)).not.toContain('sk-literal')
  expect(loaded.masked).toEqual(['providers[0].apiKey'])
})
