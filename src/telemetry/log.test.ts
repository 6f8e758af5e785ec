import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { GatewayError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { createLogger } from './log.ts'
import type { LogFields, LoggerOptions } from './log.ts'

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) }

test('an entry is one line of JSON with time, level, message and fields', () => {
  const { logger, lines } = recorder()
  logger.info('ready', { url: 'http://127.0.0.1:7775', ports: [1, 2], absent: undefined })
  expect(lines).toEqual([
    '{"time":"2026-01-02T03:04:05.678Z","level":"info","message":"ready",' +
      '"url":"http://127.0.0.1:7775","ports":[1,2]}\n',
  ])
})

test('an entry for people is one line that no value can break or colour', () => {
  const { logger, lines } = recorder({ format: 'text' })
  logger.warn('odd\nline\u001b[31m', { name: 'a b\n', url: 'http://x/y', count: 3, list: ['a'] })
  expect(lines).toEqual([
    '2026-01-02T03:04:05.678Z WARN  odd line [31m name="a b\\n" url=http://x/y count=3 list=["a"]\n',
  ])
})

test('levels below the configured one are not written', () => {
  const write = (level: LoggerOptions['level']): number => {
    const { logger, lines } = recorder({ level })
    for (const severity of ['debug', 'info', 'warn', 'error'] as const) logger[severity]('x')
    return lines.length
  }
  expect((['debug', 'info', 'warn', 'error', 'silent'] as const).map(write)).toEqual([
    4, 3, 2, 1, 0,
  ])
})

test('a child adds its fields, and fields cannot replace what the entry says itself', () => {
  const { logger, entries } = recorder()
  logger
    .child({ room: 'audit' })
    .child({ file: 'x' })
    .error('failed', { level: 'low', message: 'm' })
  expect(entries()[0]).toMatchObject({
    level: 'error',
    message: 'failed',
    level_: 'low',
    message_: 'm',
    room: 'audit',
    file: 'x',
  })
})

test('errors are shown with their causes and codes, stacks only at level error', () => {
  const { logger, entries } = recorder()
  const root = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const error = new GatewayError('provider_unreachable', undefined, {
    cause: new Error('fetch failed', { cause: root }),
  })
  logger.error('failed', { error })
  logger.warn('failed', { error })
  const shown = {
    name: 'GatewayError',
    message: 'The provider could not be reached.',
    code: 'provider_unreachable',
    causes: [
      { name: 'Error', message: 'fetch failed' },
      { name: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    ],
  }
  expect(entries()[0]?.['error']).toMatchObject({ ...shown, stack: expect.any(Array) })
  expect(entries()[1]?.['error']).toEqual(shown)
})

const secrets = [
  'sk-sf-' + '0a'.repeat(24),
  'sk-ant-api03-abcdefghijklmnop',
  'gsk_abcdefghijklmnop1234',
  'AIzaSyA-abcdefghijklmnopqrstuvwxyz012',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
]

test('what looks like a credential is hidden wherever it stands', () => {
  for (const secret of secrets) {
    for (const format of ['json', 'text'] as const) {
      const { logger, lines } = recorder({ format })
      const error = new Error(`401 for ${secret}`, { cause: new Error(`key ${secret} refused`) })
      logger.error(`with ${secret}`, {
        error,
        header: `Bearer ${secret}`,
        url: `https://x.example/v1?key=${secret}&a=1`,
        deep: { list: [{ note: secret }], [`name-${secret}`]: 1 },
      })
      expect(lines.join('')).not.toContain(secret)
      expect(lines.join('')).toContain('[secret]')
    }
  }
})

test('credentials are known by the name of their field, by their place in a URL, by their type', () => {
  const { logger, lines } = recorder()
  logger.info('x', {
    apiKey: 'hunter-one',
    nested: {
      authorization: 'hunter-two',
      'x-api-key': 'hunter-three',
      client_secret: ['hunter-four'],
    },
    url: 'https://user:hunter-five@proxy.example/',
    link: new URL('https://x.example/?access_token=hunter-six&page=2'),
    header: 'Authorization: hunter-seven',
    value: new Secret('hunter-eight'),
  })
  expect(lines.join('')).not.toContain('hunter')
  expect(lines.join('')).toContain('page=2')
})

test('content is withheld: by the name of its field, and where a parser quotes it', () => {
  const { logger, lines } = recorder()
  logger.warn('x', {
    prompt: 'my diagnosis',
    call: { messages: [{ role: 'user', content: 'my diagnosis' }], body: Buffer.from('diagnosis') },
    error: new SyntaxError('Unexpected identifier "diagnosis"'),
    bytes: new Uint8Array(5),
  })
  expect(lines.join('')).not.toContain('diagnosis')
  expect(lines.join('')).toContain('[5 bytes]')
})

test('huge, deep, circular and hostile values make small entries', () => {
  const { logger, lines, entries } = recorder()
  const circular: Record<string, unknown> = { name: 'loop' }
  circular['self'] = circular
  let deep: unknown = 'bottom'
  for (let level = 0; level < 10_000; level++) deep = { deep }
  const hostile = {
    get trap() {
      throw new Error('gotcha')
    },
  }
  logger.info('x', {
    long: 'a'.repeat(5_000_000),
    many: Array(1e6).fill(1),
    circular,
    deep,
    hostile,
  })
  logger.info('x', {
    wide: Object.fromEntries(Array.from({ length: 9999 }, (_, i) => [`k${i}`, i])),
  })
  logger.info(
    'x',
    Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`k${i}`, 'v'.repeat(999)])),
  )
  logger.info('x', { symbol: Symbol('s'), big: 10n ** 30n, nan: NaN, call: () => 1, none: null })
  expect(lines.every((line) => line.length < 17_000)).toBe(true)
  expect(entries()[0]).toMatchObject({ circular: { self: '[circular]' }, hostile: '[unreadable]' })
  expect(entries()[2]).toMatchObject({ message: 'x', truncatedFrom: expect.any(Number) })
  expect(entries()[3]).toMatchObject({ nan: 'NaN', call: '[function]', none: null })
})

test('any fields make one parseable line and never throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.dictionary(fc.string(), fc.anything()),
      (text, fields) => {
        const json = recorder()
        json.logger.error(text, fields)
        expect(json.entries()).toHaveLength(1)
        const plain = recorder({ format: 'text' })
        plain.logger.error(text, fields)
        expect(plain.lines.join('').split('\n')).toHaveLength(2)
      },
    ),
    { numRuns: 300 },
  )
})

test('a failing sink does not reach the caller', () => {
  const logger = createLogger({
    level: 'info',
    format: 'json',
    clock,
    write: () => {
      throw new Error('EPIPE')
    },
  })
  expect(() => logger.error('x')).not.toThrow()
})

function recorder(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const logger = createLogger({ level: 'debug', format: 'json', write, clock, ...options })
  const entries = (): LogFields[] => lines.map((line) => JSON.parse(line) as LogFields)
  return { logger, lines, entries }
}
