import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readAuditLog } from '../../src/audit/index.ts'
import { version } from '../../src/version.ts'
import { makeCertificate } from '../support/certificate.ts'
import {
  askChat,
  makeConfig,
  readyUrl,
  runCli,
  simulatedYaml,
  startCli,
  untilStatus,
} from '../support/cli.ts'

// Programs of their own start slowly on a busy machine.
setDefaultTimeout(30_000)

describe('the command line', () => {
  test('tells its version and its commands', async () => {
    expect(await runCli(['version'])).toEqual({
      code: 0,
      stdout: `smartflow ${version}\n`,
      stderr: '',
    })
    const help = await runCli(['--help'])
    expect(help.code).toBe(0)
    for (const command of ['serve', 'demo', 'config', 'keys', 'health', 'version']) {
      expect(help.stdout).toContain(`smartflow ${command}`)
    }
  })

  test('names the nearest command for one it does not know', async () => {
    const result = await runCli(['srve'])
    expect(result.code).toBe(2)
    expect(result.stderr).toContain("Did you mean 'serve'?")
  })

  test('refuses an option it does not know', async () => {
    const result = await runCli(['serve', '--cofnig', 'x'])
    expect(result.code).toBe(2)
    expect(result.stderr).toContain('--cofnig')
  })
})

describe('serve', () => {
  test('says when it is ready, answers, and tells its health by exit code', async () => {
    const { path, key, dataDir } = makeConfig(simulatedYaml)
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    const response = await askChat(url, key, 'simulated')
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('This is a simulated answer')
    expect((await runCli(['health', '--url', url])).code).toBe(0)

    const second = await runCli(['serve', '--config', path])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(dataDir)
    expect((await askChat(url, key, 'simulated')).status).toBe(200)

    gateway.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
    const health = await runCli(['health', '--url', url])
    expect(health.code).toBe(1)
    expect(health.stderr).toContain('No gateway answers')
  })

  test('finds smartflow.yaml in the folder it is started in', async () => {
    const { folder } = makeConfig(simulatedYaml)
    await using gateway = startCli(['serve'], { cwd: folder })
    expect(await readyUrl(gateway)).toStartWith('http://127.0.0.1:')
  })

  test('refuses a configuration that is missing or wrong, and says where', async () => {
    const missing = await runCli(['serve', '--config', '/nonexistent/smartflow.yaml'])
    expect(missing.code).toBe(1)
    expect(missing.stderr).toContain('/nonexistent/smartflow.yaml')
    const { path } = makeConfig('modles: []')
    const wrong = await runCli(['serve', '--config', path])
    expect(wrong.code).toBe(1)
    expect(wrong.stderr).toMatch(/:6:1\b/)
    expect(wrong.stderr).toContain('models')
  })

  test('lets running calls end when it is asked to stop', async () => {
    const { path, key, dataDir } = makeConfig(
      simulatedYaml.replace('model: simulated', 'model: "simulated;tps=20;tokens=20"'),
    )
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    const response = await askChat(url, key, 'simulated', { stream: true })
    const reading = response.text()
    await Bun.sleep(100)
    gateway.kill('SIGTERM')
    await gateway.waitFor(/"stopping"/)
    const late = await askChat(url, key, 'simulated').catch(() => undefined)
    expect(late?.status ?? 503).toBe(503)
    expect(await reading).toEndWith('data: [DONE]\n\n')
    expect(await gateway.exited).toBe(0)
    const records = await Array.fromAsync(readAuditLog(join(dataDir, 'audit')))
    expect(records.at(-1)).toMatchObject({ type: 'lifecycle', event: 'stop' })
    expect(records.filter((record) => record.type === 'outcome')).toMatchObject([
      { endedBy: 'complete' },
    ])
  })

  test('cuts what does not end within the configured time', async () => {
    const { path, key, dataDir } = makeConfig(
      simulatedYaml.replace('model: simulated', 'model: "simulated;hang=3"'),
      ['limits: { drainTimeoutMs: 200 }'],
    )
    await using gateway = startCli(['serve', '--config', path])
    const response = await askChat(await readyUrl(gateway), key, 'simulated', { stream: true })
    const reading = response.text().catch(() => 'cut')
    await Bun.sleep(100)
    gateway.kill('SIGTERM')
    expect(await gateway.exited).toBe(0)
    await reading
    expect(gateway.stderr()).toContain('calls were cut')
    const records = await Array.fromAsync(readAuditLog(join(dataDir, 'audit')))
    expect(records.filter((record) => record.type === 'outcome')).toHaveLength(1)
  })
})

describe('listening', () => {
  test('on an address others can reach is refused without TLS', async () => {
    const { path } = makeConfig(simulatedYaml)
    const text = (await Bun.file(path).text()).replace('listen: 127.0.0.1:0', 'listen: 0.0.0.0:0')
    writeFileSync(path, text)
    const refused = await runCli(['serve', '--config', path])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('0.0.0.0')
    expect(refused.stderr).toContain('allowInsecureBind')
    writeFileSync(path, text.replace('server:', 'server:\n  allowInsecureBind: true'))
    await using gateway = startCli(['serve', '--config', path])
    await readyUrl(gateway)
  })

  test('with TLS works, on the admin listener too', async () => {
    const { certFile, keyFile, cert: ca } = makeCertificate()
    const tls = `tls: { certFile: ${certFile}, keyFile: ${keyFile} }`
    const { path, key } = makeConfig(simulatedYaml, [tls])
    const text = await Bun.file(path).text()
    writeFileSync(
      path,
      text.replace('admin: { listen: 127.0.0.1:0 }', `admin: { listen: 127.0.0.1:0, ${tls} }`),
    )
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    expect(url).toStartWith('https://')
    const listed = await fetch(`${url}/v1/models`, {
      headers: { 'x-api-key': key },
      tls: { ca },
    })
    expect(await listed.json()).toMatchObject({ data: [{ id: 'simulated' }] })
    const [, admin = ''] = await gateway.waitFor(/"admin":"(https:[^"]+)"/)
    expect((await fetch(`${admin}/health`, { tls: { ca } })).status).toBe(200)
    const unknown = fetch(`${url}/health`).then(
      () => 'accepted',
      () => 'refused',
    )
    expect(await unknown).toBe('refused')
    for (const at of [url, admin]) {
      const ask = (...more: string[]) => runCli(['health', '--url', at, ...more])
      expect(await ask('--ca', certFile)).toMatchObject({ code: 0, stderr: '' })
      expect(await ask()).toMatchObject({ code: 1, stderr: expect.stringContaining('--ca') })
      expect(await ask('--ca', makeCertificate().certFile)).toMatchObject({ code: 1, stdout: '' })
      expect(await ask('--ca', certFile, '--server-name', 'localhost')).toMatchObject({ code: 0 })
      expect(await ask('--ca', certFile, '--server-name', 'other.test')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('another name'),
      })
    }
    for (const file of ['/nonexistent.pem', keyFile]) {
      expect(await runCli(['health', '--url', url, '--ca', file])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(file),
      })
    }
  })
})

describe('keys', () => {
  test('are in force within a second after they are made, and out of it after they are revoked', async () => {
    const { path, dataDir } = makeConfig(simulatedYaml)
    await using gateway = startCli(['serve', '--config', path])
    const url = await readyUrl(gateway)
    const made = await runCli(['keys', 'new', '--user', 'ana@example.com', '--data', dataDir])
    expect(made.code).toBe(0)
    const key = made.stdout.trim()
    expect(key).toMatch(/^sk-sf-[0-9a-f]{48}$/)
    expect((await untilStatus(200, () => askChat(url, key, 'simulated'))).tookMs).toBeLessThan(1200)
    const listed = await runCli(['keys', 'list', '--data', dataDir])
    expect(listed.stdout).toContain('ana@example.com')
    expect(listed.stdout).not.toContain(key)
    const revoked = await runCli(['keys', 'revoke', key, '--data', dataDir])
    expect(revoked).toMatchObject({ code: 0, stdout: expect.not.stringContaining(key) })
    expect((await untilStatus(401, () => askChat(url, key, 'simulated'))).tookMs).toBeLessThan(1200)
    expect(gateway.stderr()).not.toContain(key)
  })
})
