import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { readAuditLog } from '../../src/audit/index.ts'
import { createSimulatedProvider } from '../../src/providers/simulated/index.ts'
import { makeCertificate } from '../support/certificate.ts'
import type { TestCertificate } from '../support/certificate.ts'
import { askChat, makeConfig, readyUrl, runCli, simulatedYaml, startCli } from '../support/cli.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

async function until<T>(find: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = performance.now() + 5000; ; await Bun.sleep(20)) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error('This did not come true in time.')
  }
}

/** The certificate that a listener shows. */
async function shownAt(url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  return raw.toString('base64')
}

function derOf({ cert }: TestCertificate): string {
  return cert.replace(/-----[^-]+-----|\s/g, '')
}

describe('the certificate of a listener', () => {
  test('is taken anew when its files change, and streams in progress go on', async () => {
    const [first, second, third] = [makeCertificate(), makeCertificate(), makeCertificate()]
    const tls = `tls: { certFile: ${first.certFile}, keyFile: ${first.keyFile} }`
    const yaml = simulatedYaml.replace('model: simulated', 'model: "simulated;tps=20;tokens=30"')
    const { path, key } = makeConfig(yaml, [tls])
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    const ask = (certificate: TestCertificate) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'simulated',
          stream: true,
          messages: [{ role: 'user', content: 'Hi' }],
        }),
        tls: { ca: certificate.cert },
      })
    expect(await shownAt(url)).toBe(derOf(first))
    const streaming = (await ask(first)).text()
    // The key comes a moment later, as from a tool that writes one file after the other.
    writeFileSync(first.certFile, second.cert)
    await gateway.waitFor(/configuration rejected.*private key/)
    expect(await shownAt(url)).toBe(derOf(first))
    writeFileSync(first.keyFile, second.key)
    await gateway.waitFor(/"certificate renewed"/)
    expect(await shownAt(url)).toBe(derOf(second))
    expect((await ask(second)).status).toBe(200)
    expect(await streaming).toEndWith('data: [DONE]\n\n')
    expect(gateway.stderr()).not.toContain('after a restart')
    // Other files are named: that needs no restart either.
    const text = readFileSync(path, 'utf8')
    const renamed = text
      .replace(first.certFile, third.certFile)
      .replace(first.keyFile, third.keyFile)
    writeFileSync(path, renamed)
    await until(async () => ((await shownAt(url)) === derOf(third) ? true : undefined))
    gateway.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
  })

  test('that cannot be used is named at the start, and its port stays one’s own', async () => {
    const [good, other] = [makeCertificate(), makeCertificate('rsa')]
    for (const [certFile, keyFile, words] of [
      [good.certFile, other.keyFile, 'not that of the certificate'],
      [good.keyFile, good.keyFile, 'no certificate'],
      [good.certFile, good.certFile, 'no private key'],
      ['/nonexistent.pem', good.keyFile, 'ENOENT'],
    ] as const) {
      const { path } = makeConfig(simulatedYaml, [
        `tls: { certFile: ${certFile}, keyFile: ${keyFile} }`,
      ])
      const { code, stderr } = await runCli(['serve', '--config', path])
      expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
    }
    const tls = `tls: { certFile: ${good.certFile}, keyFile: ${good.keyFile} }`
    const { path } = makeConfig(simulatedYaml, [tls])
    await using gateway = startCli(['serve', '--config', path])
    const { port } = new URL(await readyUrl(gateway))
    const second = makeConfig(simulatedYaml, [tls])
    const text = readFileSync(second.path, 'utf8')
    writeFileSync(second.path, text.replace('listen: 127.0.0.1:0', `listen: 127.0.0.1:${port}`))
    const refused = await runCli(['serve', '--config', second.path])
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(port)])
  })
})

describe('a file of prices', () => {
  test('is taken anew when it changes, and one that is wrong changes nothing', async () => {
    const { path, key, folder, dataDir } = makeConfig(simulatedYaml)
    const file = join(folder, 'prices.yaml')
    const price = (usd: number) =>
      `entries: [{ model: simulated, inputUsdPerMillion: ${usd}, outputUsdPerMillion: 0 }]\n`
    writeFileSync(file, price(100))
    writeFileSync(path, `${readFileSync(path, 'utf8')}\nprices: { file: ${file} }\n`)
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    await (await askChat(url, key, 'simulated')).text()
    writeFileSync(file, price(200))
    await gateway.waitFor(/"configuration changed"/)
    await (await askChat(url, key, 'simulated')).text()
    writeFileSync(file, 'entries: [{}]\n')
    await gateway.waitFor(/configuration rejected.*price file/)
    await (await askChat(url, key, 'simulated')).text()
    gateway.kill('SIGTERM')
    await gateway.exited
    const records = await Array.fromAsync(readAuditLog(join(dataDir, 'audit')))
    const costs = records.flatMap((record) =>
      record.type === 'outcome' ? [record.cost?.nanoUsd ?? 0] : [],
    )
    const [first = 0] = costs
    expect(first).toBeGreaterThan(0)
    expect(costs).toEqual([first, 2 * first, 2 * first])
  })
})

describe('the authority of a provider', () => {
  test('is taken anew when its file changes', async () => {
    const [first, second] = [makeCertificate(), makeCertificate()]
    const provider = createSimulatedProvider()
    const upstream = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      tls: { cert: second.cert, key: second.key },
      fetch: (request) => provider.fetch(request),
    })
    const { path, key } = makeConfig(
      [
        `providers: [{ name: p, type: openai, apiKey: sk-test-12345, baseUrl: "${upstream.url.href}v1", caFile: ${first.certFile} }]`,
        'models: [{ name: m, targets: [{ provider: p, model: m }] }]',
      ].join('\n'),
    )
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    expect((await askChat(url, key, 'm')).status).toBe(502)
    writeFileSync(first.certFile, second.cert)
    await gateway.waitFor(/"configuration changed"/)
    expect((await askChat(url, key, 'm')).status).toBe(200)
    await upstream.stop(true)
  })
})

describe('secrets that stand in the file', () => {
  test('make another version when they change, and nobody can tell them from it', async () => {
    const yaml = (secret: string) =>
      `providers: [{ name: p, type: openai, apiKey: ${secret} }]\nmodels: []`
    const config = makeConfig(yaml('sk-first-secret'))
    const { path, dataDir } = config
    await using gateway = startCli(['serve', '--config', path])
    await readyUrl(gateway)
    const keyFile = join(dataDir, 'config-digest.key')
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    config.write(yaml('sk-other-secret'))
    await gateway.waitFor(/"configuration changed"/)
    const versions = await until(async () => {
      const { stdout } = await runCli(['config', 'history', path, '--json'])
      const entries: { version: string }[] = JSON.parse(stdout)
      return entries.length === 2 ? entries.map(({ version }) => version) : undefined
    })
    expect(new Set(versions).size).toBe(2)
    const checked = await runCli(['config', 'check', path])
    expect(checked.stdout).toContain(versions[0] ?? '')
    const history = await runCli(['config', 'history', path, '--diff', '--json'])
    for (const text of [history.stdout, gateway.stderr(), checked.stderr]) {
      expect(text).not.toContain('sk-other')
      expect(text).not.toContain('sk-first')
    }
  })
})
