import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from './io.ts'
import { runPolicyCommand } from './policy.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'smartflow-cli-policy-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

function configure(policies: string, more = ''): void {
  writeFileSync(
    join(cwd, 'smartflow.yaml'),
    `providers: [{ name: one, type: simulated }]
models: [{ name: small, targets: [{ provider: one, model: s }] }]
compliance:
  patterns: [{ name: falcon, pattern: 'project falcon', flags: i }]
  categories: [{ label: 'deal:falcon', detectors: ['custom:falcon'] }]
policies:
${policies}${more}`,
  )
}

async function run(...args: string[]) {
  let out = ''
  let err = ''
  const code = await runPolicyCommand(['test', ...args], {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    environment: {},
    cwd,
  })
  return { code, out, err }
}

const cards = `  - id: house
    rules:
      - { id: cards, action: redact, what: { detectors: [payment-card] } }
      - { id: deals, action: hold, what: { labels: ['deal:*'] }, who: { not: { groups: [deals] } } }
      - { id: mails, action: mask, shadow: true, what: { detectors: [email] } }
    cases:
`

describe('policy test', () => {
  test('inspects the texts of cases, judges their facts, and writes nothing', async () => {
    configure(`${cards}
      - name: a card is taken out
        text: Charge 5500 0055 5555 5559 now.
        expect: { verdict: redact, rules: [house/cards], treatments: { payment-card: redact } }
      - name: deals in disguise wait for approval, and found facts count beside them
        text: What about Proj\\u200bect Fаlcon?
        facts: { found: [{ label: email }] }
        expect: { verdict: hold, rules: [house/deals], shadowed: [house/mails] }
      - name: what waits in a prompt is blocked in an answer
        direction: answer
        text: Project Falcon goes well.
        expect: { verdict: block, rules: [house/deals] }
      - name: not for the team
        facts: { labels: ['deal:falcon'] }
        as: { groups: [deals] }
        expect: { verdict: allow, notRules: [house/deals] }
`)
    const { code, out, err } = await run()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toBe(`house
  ok    a card is taken out
  ok    deals in disguise wait for approval, and found facts count beside them
  ok    what waits in a prompt is blocked in an answer
  ok    not for the team

4 cases: all passed.
`)
    expect(readdirSync(cwd)).toEqual(['smartflow.yaml'])
  })

  test('fails with what was expected and what came', async () => {
    configure(`${cards}
      - name: a card is blocked
        text: Charge 5500 0055 5555 5559 now.
        expect: { verdict: block, rules: [house/blocks] }
      - name: nothing passes
        facts: {}
        expect: { verdict: allow }
`)
    const { code, out } = await run()
    expect(code).toBe(1)
    expect(out).toBe(`house
  FAIL  a card is blocked
        expected block, was redact (house/cards)
        expected the rule house/blocks to speak
        came: redact; rules house/cards; treatments payment-card redact
  ok    nothing passes

2 cases: 1 passed, 1 failed.
`)
    expect((await run('--case', 'nothing')).code).toBe(0)
    const json: unknown = JSON.parse((await run('--case', 'CARD', '--json')).out)
    expect(json).toMatchObject([
      { name: 'house', results: [{ isPassed: false, judged: { verdict: 'redact' } }] },
    ])
    expect(run('--case', 'no such')).rejects.toThrow(UsageError)
  })

  test('runs those of files, and those of packs as the packs are delivered', async () => {
    const cases = [
      { name: 'from a file', facts: { found: [{ label: 'iban' }] }, expect: { verdict: 'allow' } },
    ]
    writeFileSync(join(cwd, 'cases.json'), JSON.stringify(cases))
    const file = JSON.stringify(join(cwd, 'cases.json'))
    configure(`  - pack: pci-dss
    mode: shadow
    casesFile: ${file}
`)
    const { code, out } = await run()
    expect(code).toBe(0)
    expect(out).toContain(`${join(cwd, 'cases.json')}\n  ok    from a file\n`)
    expect(out).toContain('pack pci-dss\n  ok    a card number is redacted\n')
    writeFileSync(join(cwd, 'cases.json'), '[{ name: x }]')
    expect(run()).rejects.toThrow('not valid at 0.expect')
  })

  test('runs the cases of all packs by what comes with the program', async () => {
    const packs = ['gdpr', 'hipaa', 'pci-dss', 'mnpi', 'secrets', 'eu-ai-act-article-5']
    configure(packs.map((pack) => `  - { pack: ${pack}, mode: shadow }\n`).join(''))
    const { code, out } = await run()
    expect(out).not.toContain('FAIL')
    expect(code).toBe(0)
    expect(out).toMatch(/2\d cases: all passed\.\n$/)
  })

  test('asks the barriers, and remembers nothing from one case to the next', async () => {
    configure(
      `${cards}
      - { name: one, as: { user: ana, groups: [deals] }, facts: { labels: [a] }, expect: { verdict: allow, rules: [] } }
      - { name: two, as: { user: ana, groups: [deals] }, facts: { labels: [b] }, expect: { verdict: allow } }
      - { name: both, as: { user: ana }, facts: { labels: [a, b] }, expect: { verdict: block, rules: [barrier/oil] } }
      - { name: wall, direction: answer, as: { groups: [deals, rest] }, text: Project Falcon, expect: { verdict: block, rules: [barrier/deals] } }
`,
      `barriers:
  walls:
    - { name: deals, sides: [{ name: in, groups: [deals], categories: ['deal:*'] }, { name: out, groups: [rest], categories: [a] }], allow: [{ from: out, to: outside, direction: receive, categories: [a] }, { from: outside, to: out, direction: send, categories: [a] }, { from: in, to: out, direction: send, categories: [a] }] }
  conflicts: [{ name: oil, categories: [a, b] }]
`,
    )
    // The labels a and b are made by categories.
    const path = join(cwd, 'smartflow.yaml')
    const text = await Bun.file(path).text()
    const made =
      "detectors: ['custom:falcon'] }, { label: a, detectors: [iban] }, { label: b, detectors: [iban] }]"
    writeFileSync(path, text.replace("detectors: ['custom:falcon'] }]", made))
    const { out } = await run()
    expect(out).toContain('ok    both')
    expect(out).toContain('ok    two')
    expect(out).toContain('ok    wall')
  })

  test('says when there is nothing to run, and what is wrong with a configuration', async () => {
    configure('  []')
    expect(await run()).toMatchObject({ code: 0, out: 'The policies have no cases.\n' })
    configure('  - { pack: gdp }')
    const { code, err } = await run()
    expect(code).toBe(1)
    expect(err).toContain("did you mean 'gdpr'?")
    expect(run('--cases', 'x')).rejects.toThrow('Unknown option --cases')
  })
})
