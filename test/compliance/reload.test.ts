import { expect, test } from 'bun:test'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../src/cli/running.ts'
import { configSchema, createConfigLoader, watchConfig } from '../../src/config/index.ts'
import { systemClock } from '../../src/core/clock.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { ask, told, understood } from './support/callers.ts'
import { foreignCard, mail, policies, providersYaml } from './support/rig.ts'
import { startScriptedProvider } from './support/scripted-provider.ts'

const words = 'Nothing to see here, only words about nothing at all. '

/** A gateway that watches its file as `smartflow serve` does. */
async function startWatched(providerUrl: string) {
  const dir = mkdtempSync(join(tmpdir(), 'smartflow-test-'))
  const path = join(dir, 'smartflow.yaml')
  const key = newKey()
  const write = (rules: string): void => {
    writeFileSync(
      path,
      [
        'server: { listen: 127.0.0.1:0, admin: { listen: 127.0.0.1:0 } }',
        `data: { dir: ${JSON.stringify(join(dir, 'data'))} }`,
        `keys: [{ name: test, sha256: ${hashKey(key)}, user: test@example.com, models: ["*"] }]`,
        providersYaml(providerUrl),
        rules,
      ].join('\n'),
    )
  }
  write(policies)
  const loader = createConfigLoader(configSchema, { environment: {} })
  const loaded = await loader.load(path)
  const logger = createLogger({
    level: 'error',
    format: 'json',
    write: () => undefined,
    clock: systemClock,
  })
  const running = await startGateway({
    config: loaded.config,
    configVersion: loaded.version,
    logger,
  })
  const rejections: string[] = []
  const watch = watchConfig({
    loader,
    path,
    initial: loaded,
    onSnapshot: ({ config, version }) => running.apply(config, version),
    onRejected: (error) => void rejections.push(error.message),
    pollMs: 100,
  })
  return {
    at: { url: running.url, key },
    write,
    reload: () => watch.reload(),
    rejections,
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]()
      await running.stop()
    },
  }
}

test('a running stream ends by the rules it began with, and the next call goes by the new ones', async () => {
  await using provider = startScriptedProvider()
  await using gateway = await startWatched(provider.url)
  const asked = { ...gateway.at, model: 'openai' }
  const text = `${words.repeat(6)}Mail <EMAIL_1>, card ${foreignCard}. ${words.repeat(6)}`
  provider.script({
    says: () => [{ type: 'text', text }],
    deltas: [10],
    pause: { after: 12, ms: 400 },
  })
  const running = await ask('openai-chat', `I am ${mail}`, { ...asked, stream: true })
  gateway.write('')
  await gateway.reload()
  provider.script({ says: () => [{ type: 'text', text: `Card ${foreignCard}` }] })
  const free = await told('openai-chat', `I am ${mail}`, { ...asked, stream: false })
  expect(free.text).toBe(`Card ${foreignCard}`)
  expect(provider.seen.at(-1)?.text).toContain(mail)
  const { text: said } = understood('openai-chat', await running.bytes(), true)
  expect(said).toBe(text.replace(foreignCard, '<PAYMENT_CARD_1>').replace('<EMAIL_1>', mail))
  expect(gateway.rejections).toEqual([])
})

test.each([
  [
    'a name that nothing bears',
    '{ id: a, action: redact, what: { detectors: [payment-cart] } }',
    'payment-cart',
  ],
  ['an unknown action', '{ id: a, action: redakt }', 'action'],
  ['a contradiction', '{ id: cards, action: allow }', 'cards'],
  [
    'an unsafe pattern',
    "{ id: a, action: redact, what: { detectors: ['custom:a'] } }\ncompliance: { patterns: [{ name: a, pattern: '(a)\\1' }] }",
    'pattern',
  ],
  [
    'a dictionary that is not there',
    '{ id: a, action: log }\ncompliance: { dictionaries: [{ name: d, file: none.txt }] }',
    'none.txt',
  ],
])(
  'a change with %s is refused with its place, and the rules in force stay',
  async (_what, rule, place) => {
    await using provider = startScriptedProvider()
    await using gateway = await startWatched(provider.url)
    gateway.write(`${policies.trimEnd()}\n      - ${rule}\n`)
    await gateway.reload()
    expect(gateway.rejections[0]).toContain(place)
    expect(gateway.rejections[0]).toMatch(/smartflow\.yaml:\d+:\d+/)
    provider.script({ says: () => [{ type: 'text', text: `Card ${foreignCard}` }] })
    const asked = { ...gateway.at, model: 'openai', stream: false }
    const { text } = await told('openai-chat', `I am ${mail}`, asked)
    expect(text).toBe('Card <PAYMENT_CARD_1>')
    expect(provider.seen.at(-1)?.text).not.toContain(mail)
  },
)
