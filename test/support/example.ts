import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { parse } from 'yaml'
import { startGateway } from '../../src/cli/running.ts'
import type { RunningGateway } from '../../src/cli/running.ts'
import { configSchema, createConfigLoader } from '../../src/config/index.ts'
import { systemClock } from '../../src/core/clock.ts'
import { asArray, asObject, asString } from '../../src/core/json.ts'
import type { JsonObject, JsonValue } from '../../src/core/json.ts'
import { hashKey, newKey } from '../../src/identity/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { startUpstream, upstreamAws } from './upstream.ts'
import type { Upstream } from './upstream.ts'

/** The folder with the examples. */
export const examplesFolder = join(import.meta.dir, '../../examples')

/** Who calls, as a key of the configuration says it. */
export interface Caller {
  readonly department?: string
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
  readonly product?: string
}

export interface ExampleOptions {
  /** Values of variables; each other one has a value of its own. */
  readonly environment?: Readonly<Record<string, string>>
  readonly callers?: Readonly<Record<string, Caller>>
  /** Members of provider entries in place of those of the file, such as where tokens come from. */
  readonly providers?: Readonly<Record<string, JsonObject>>
}

/** A configuration at work: every provider of it is a simulated one that remembers what it was sent. */
export interface ExampleRig extends AsyncDisposable {
  readonly url: string
  readonly adminUrl: string
  /** A key that may use every model, of a caller who belongs nowhere. */
  readonly key: string
  readonly keyOf: (caller: string) => string
  /** The provider behind an entry of the configuration. */
  readonly at: (provider: string) => Upstream
  /** Names of the entries whose providers were called, in order of the configuration. */
  readonly called: () => readonly string[]
  /** Forgets what was sent so far. */
  readonly forget: () => void
  /** The OpenAI SDK of a caller; of the one who belongs nowhere without a name. */
  readonly openai: (caller?: string) => OpenAI
}

/** Variables without a default that a configuration names. */
export function variablesOf(text: string): string[] {
  return Array.from(text.matchAll(/\$\{env:([A-Z0-9_]+)\}/g), ([, name = '']) => name)
}

/** A value for a variable: of the kind that its name promises, and no other's. */
export function valueOf(variable: string): string {
  if (variable === 'GOOGLE_APPLICATION_CREDENTIALS') return credentialFile()
  if (variable.endsWith('SHA256')) return createHash('sha256').update(variable).digest('hex')
  if (/_UR[IL]$/.test(variable)) return 'http://127.0.0.1:1/'
  return knownValues[variable] ?? `value-of-${variable.toLowerCase()}`
}

/** The file of a signed-in person, the one kind that holds no private key. */
function credentialFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'smartflow-google-')), 'credentials.json')
  const known = { client_id: 'id', client_secret: 'secret', refresh_token: 'token' }
  writeFileSync(path, JSON.stringify({ type: 'authorized_user', ...known }))
  return path
}

const knownValues: Readonly<Record<string, string>> = {
  // The one that examples/hospital/patients.edm was made with.
  PATIENTS_KEY: 'the key of the example, make one of your own',
  AWS_ACCESS_KEY_ID: upstreamAws.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: upstreamAws.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: upstreamAws.credentials.sessionToken,
}

/** Starts a gateway with an example, its providers replaced by simulated ones and its listeners by free ports. */
export async function startExample(
  name: string,
  options: ExampleOptions = {},
): Promise<ExampleRig> {
  const text = await Bun.file(join(examplesFolder, name)).text()
  return startConfiguration(text, options)
}

/** As `startExample`, for any configuration. */
export async function startConfiguration(
  text: string,
  options: ExampleOptions = {},
): Promise<ExampleRig> {
  const file = readYaml(text)
  const upstreams = new Map<string, Upstream>()
  const environment = {
    ...Object.fromEntries(variablesOf(text).map((each) => [each, valueOf(each)])),
    ...options.environment,
  }
  const providers = asArray(file['providers']).map((value) => {
    const entry = asObject(value) ?? {}
    if (entry['type'] === 'simulated') return entry
    const upstream = startUpstream(onlySecretOf(entry, environment))
    upstreams.set(asString(entry['name']) ?? '', upstream)
    return { ...atUpstream(entry, upstream), ...options.providers?.[asString(entry['name']) ?? ''] }
  })
  const keys = new Map(['', ...Object.keys(options.callers ?? {})].map((name) => [name, newKey()]))
  const running = await start(
    { ...file, ...ownSections(file), providers, keys: keyEntries(keys, options) },
    environment,
  )
  const keyOf = (caller: string): string => keys.get(caller) ?? ''
  return {
    url: running.url,
    adminUrl: running.adminUrl,
    key: keyOf(''),
    keyOf,
    at(provider) {
      const upstream = upstreams.get(provider)
      if (upstream === undefined) throw new Error(`There is no provider '${provider}'.`)
      return upstream
    },
    called: () => [...upstreams].flatMap(([name, { calls }]) => (calls.length > 0 ? [name] : [])),
    forget: () => upstreams.forEach(({ calls }) => calls.splice(0)),
    openai: (caller = '') =>
      new OpenAI({ baseURL: `${running.url}/v1`, apiKey: keyOf(caller), maxRetries: 0 }),
    async [Symbol.asyncDispose]() {
      await running.stop()
      for (const upstream of upstreams.values()) await upstream[Symbol.asyncDispose]()
    },
  }
}

/** The key a provider is configured with; `''` where there are several secrets, or something else. */
function onlySecretOf(entry: JsonObject, environment: Readonly<Record<string, string>>): string {
  const [name = '', ...others] = variablesOf(JSON.stringify(entry))
  return others.length === 0 ? (environment[name] ?? '') : ''
}

/** Parses YAML of which it is known that it is a mapping. */
export function readYaml(text: string): JsonObject {
  const value: JsonValue = parse(text)
  const object = asObject(value)
  if (object === undefined) throw new Error('The YAML is no mapping.')
  return object
}

/** Paths of addresses that configurations usually leave out. */
const usualPaths: Readonly<Record<string, string>> = {
  openai: '/v1',
  'openai-compatible': '/v1',
  mistral: '/v1',
  deepseek: '/v1',
  xai: '/v1',
  together: '/v1',
  groq: '/openai/v1',
  openrouter: '/api/v1',
}

/** The entry of a provider with its address, and that of its health, at an upstream; paths stay. */
function atUpstream(entry: JsonObject, { url }: Upstream): JsonObject {
  const { baseUrl, healthCheck } = entry
  const path =
    typeof baseUrl === 'string'
      ? new URL(baseUrl).pathname.replace(/\/$/, '')
      : (usualPaths[asString(entry['type']) ?? ''] ?? '')
  const check = asObject(healthCheck)
  return {
    ...entry,
    baseUrl: `${url}${path}`,
    ...(check === undefined ? {} : { healthCheck: { ...check, url: `${url}/health` } }),
  }
}

/** Sections of which a test needs its own. */
function ownSections(file: JsonObject): JsonObject {
  const listen = '127.0.0.1:0'
  const server = asObject(file['server']) ?? {}
  const admin = asObject(server['admin']) ?? {}
  return {
    server: { ...withoutTls(server), listen, admin: { ...withoutTls(admin), listen } },
    data: { dir: mkdtempSync(join(tmpdir(), 'smartflow-example-')) },
  }
}

function withoutTls(section: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(section).filter(([name]) => name !== 'tls'))
}

function keyEntries(
  keys: ReadonlyMap<string, string>,
  { callers = {} }: ExampleOptions,
): JsonObject[] {
  return Array.from(keys, ([name, key]) => {
    const { groups, roles, ...caller } = callers[name] ?? {}
    const id = name === '' ? 'anybody' : name
    return {
      name: id,
      sha256: hashKey(key),
      user: `${id}@example.com`,
      ...caller,
      ...(groups === undefined ? {} : { groups: [...groups] }),
      ...(roles === undefined ? {} : { roles: [...roles] }),
    }
  })
}

async function start(
  file: JsonObject,
  environment: Readonly<Record<string, string>>,
): Promise<RunningGateway> {
  const loader = createConfigLoader(configSchema, { environment })
  // JSON is YAML as well.
  const loaded = await loader.parse(JSON.stringify(file), join(tmpdir(), 'smartflow.yaml'))
  const write = (): void => undefined
  const logger = createLogger({ level: 'silent', format: 'json', write, clock: systemClock })
  return startGateway({ config: loaded.config, configVersion: loaded.version, logger })
}
