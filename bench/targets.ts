import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Aim } from './connection.ts'
import { gatewayCore, loadCore, pinned } from './machine.ts'
import { benchModel } from './payloads.ts'
import { writePolicySet } from './policy-set.ts'
import { freePort, run, start, waitForPort } from './processes.ts'

/** What is measured: the mock itself, a rival, or Smartflow: by itself, with all policies, and with names as well. */
export const targetNames = [
  'direct',
  'nginx',
  'portkey',
  'smartflow',
  'smartflow-policies',
  'smartflow-names',
] as const

export type TargetName = (typeof targetNames)[number]
type OwnName = Extract<TargetName, `smartflow${string}`>

/** A running target. */
export interface Target extends Aim {
  readonly name: TargetName
  readonly version: string
  readonly pid: number
  stop(): Promise<void>
}

/** Where targets find things and leave things. */
export interface Places {
  /** The project's root. */
  readonly root: string
  /** A directory on disk for configuration, logs and data; removed at the end. */
  readonly work: string
  readonly mockPort: number
  /** Run Smartflow from its source even when a compiled binary is there. */
  readonly fromSource: boolean
}

const startMs = 20_000
const providerHeaders = { authorization: 'Bearer test' }

/** Starts the mock upstream; measuring it is the direct column. */
export async function startMock(root: string, work: string): Promise<Target> {
  const port = freePort()
  const command = pinned(loadCore, [
    process.execPath,
    join(root, 'bench/mock-upstream.ts'),
    String(port),
  ])
  const running = start(command, { log: join(work, 'mock.log') })
  await waitForPort(port, startMs)
  return { name: 'direct', version: '', port, headers: providerHeaders, ...running }
}

/** Starts one gateway on its own core; throws with the reason when it cannot run. */
export function startTarget(name: Exclude<TargetName, 'direct'>, places: Places): Promise<Target> {
  if (name === 'nginx') return startNginx(places)
  return name === 'portkey' ? startPortkey(places) : startSmartflow(name, places)
}

async function startNginx({ work, mockPort }: Places): Promise<Target> {
  const port = freePort()
  const home = await mkdtemp(join(work, 'nginx-'))
  const config = join(home, 'nginx.conf')
  await writeFile(config, nginxConfig(home, port, mockPort))
  const command = pinned(gatewayCore, [
    'nginx',
    '-p',
    home,
    '-c',
    config,
    '-e',
    join(home, 'error.log'),
  ])
  const running = start(command, { log: join(home, 'nginx.log') })
  await waitForPort(port, startMs)
  const version = Bun.spawnSync(['nginx', '-v'])
    .stderr.toString()
    .trim()
    .replace('nginx version: nginx/', '')
  return { name: 'nginx', version, port, headers: providerHeaders, ...running }
}

async function startPortkey({ root, work, mockPort }: Places): Promise<Target> {
  const rivals = join(root, 'bench/rivals')
  const home = join(rivals, 'node_modules/@portkey-ai/gateway')
  if (!existsSync(home)) {
    // Without install scripts: nothing of a rival runs but the rival itself.
    const install = ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund']
    await run(install, { timeoutMs: 180_000, cwd: rivals })
  }
  const port = freePort()
  const command = ['node', join(home, 'build/start-server.js'), '--headless', `--port=${port}`]
  const running = start(pinned(gatewayCore, command), {
    env: { NODE_ENV: 'production' },
    log: join(work, 'portkey.log'),
  })
  await waitForPort(port, startMs)
  const { version }: { version: string } = await Bun.file(join(home, 'package.json')).json()
  const headers = {
    ...providerHeaders,
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${mockPort}/v1`,
  }
  return { name: 'portkey', version, port, headers, ...running }
}

async function startSmartflow(
  name: OwnName,
  { root, work, mockPort, fromSource }: Places,
): Promise<Target> {
  const binary = join(root, 'dist/smartflow')
  const source = join(root, 'src/main.ts')
  const isCompiled = !fromSource && existsSync(binary)
  if (!isCompiled && !existsSync(source))
    throw new Error('Neither dist/smartflow nor src/main.ts is there.')
  const port = freePort()
  const home = await mkdtemp(join(work, 'smartflow-'))
  await mkdir(join(home, 'data'))
  const config = join(home, 'smartflow.yaml')
  const key = 'sk-sf-' + Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')
  const plain = smartflowConfig({ home, port, adminPort: freePort(), mockPort, key })
  const policies =
    name === 'smartflow' ? '' : await writePolicySet(home, name === 'smartflow-names')
  await writeFile(config, plain + policies)
  const program = isCompiled ? [binary] : [process.execPath, source]
  const running = start(pinned(gatewayCore, [...program, 'serve', '--config', config]), {
    log: join(home, 'smartflow.log'),
  })
  try {
    await waitForPort(port, startMs)
  } catch (error) {
    await running.stop()
    // The log goes to the terminal, not into the result: it may name paths of this machine.
    console.error(await Bun.file(join(home, 'smartflow.log')).text())
    throw error
  }
  const version = isCompiled ? 'binary' : 'source'
  const stop = async () => {
    await running.stop()
    await rm(home, { recursive: true, force: true })
  }
  return {
    name,
    version,
    port,
    headers: { authorization: `Bearer ${key}` },
    pid: running.pid,
    stop,
  }
}

function smartflowConfig(given: {
  home: string
  port: number
  adminPort: number
  mockPort: number
  key: string
}): string {
  const sha256 = new Bun.CryptoHasher('sha256').update(given.key).digest('hex')
  return `server:
  listen: 127.0.0.1:${given.port}
  admin: { listen: 127.0.0.1:${given.adminPort} }
data: { dir: ${given.home}/data }
providers:
  - { name: mock, type: openai, baseUrl: http://127.0.0.1:${given.mockPort}/v1, apiKey: test }
models:
  - name: ${benchModel}
    targets: [ { provider: mock, model: ${benchModel} } ]
keys:
  - { name: bench, sha256: ${sha256}, user: bench@example.com, models: ["*"] }
`
}

// The floor: nothing is read or written but bytes, nothing is logged, connections are kept.
function nginxConfig(home: string, port: number, mockPort: number): string {
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid ${home}/nginx.pid;
error_log ${home}/error.log warn;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path ${home}/body;
  proxy_temp_path ${home}/proxy;
  fastcgi_temp_path ${home}/fastcgi;
  uwsgi_temp_path ${home}/uwsgi;
  scgi_temp_path ${home}/scgi;
  client_max_body_size 16m;
  client_body_buffer_size 2m;
  keepalive_requests 100000000;
  tcp_nodelay on;
  upstream mock {
    server 127.0.0.1:${mockPort};
    keepalive 4096;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`
}
