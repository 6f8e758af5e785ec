import { describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

const source = join(import.meta.dir, '..', 'src')

/** Who may import whom, from ARCHITECTURE.md. A room may always import itself. */
const allowed: Readonly<Record<string, readonly string[] | 'any'>> = {
  core: [],
  formats: ['core'],
  storage: ['core'],
  telemetry: ['core'],
  routing: ['core', 'storage'],
  a2a: ['core'],
  providers: ['core', 'formats'],
  cache: ['core', 'storage'],
  compliance: ['core', 'storage'],
  identity: ['core', 'storage'],
  limits: ['core', 'storage'],
  oversight: ['core', 'storage'],
  audit: ['core', 'storage'],
  catalog: ['core', 'storage'],
  conversations: ['core', 'formats', 'storage', 'pipeline'],
  mcp: ['core', 'storage'],
  pipeline: ['core'],
  http: ['core', 'formats', 'identity', 'pipeline', 'admin', 'mcp', 'a2a'],
  admin: [
    'core',
    'audit',
    'cache',
    'catalog',
    'compliance',
    'identity',
    'limits',
    'oversight',
    'routing',
    'mcp',
  ],
  // Composes the schemas that the rooms own, and nothing else of them.
  config: ['core', 'schemas of rooms'],
  cli: 'any',
  'gateway.ts': 'any',
  'snapshot.ts': 'any',
  'read-only.ts': 'any',
  'realtime.ts': 'any',
  'routes.ts': 'any',
  'migrations.ts': 'any',
  'lanes.ts': 'any',
  'administration.ts': 'any',
  'body-reader.ts': 'any',
  'maestro.ts': 'any',
  'refusals.ts': 'any',
  'callers.ts': 'any',
  'controls.ts': 'any',
  'dry-runs.ts': 'any',
  'files.ts': 'any',
  'main.ts': ['cli'],
  'version.ts': [],
}

/** Libraries live in one room. */
const libraryRooms: Readonly<Record<string, RegExp>> = {
  zod: /^[^/]+\/(.*\/)?((.*-)?config|(.*-)?schema)(\.test)?\.ts$|^config\//,
  yaml: /^(config|catalog)\//,
  'bun:sqlite': /^storage\//,
  '@pydantic/genai-prices': /^catalog\//,
}

interface Import {
  readonly file: string
  readonly target: string
  readonly isTypeOnly: boolean
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') || file.endsWith('.tsx'),
)
const productFiles = files.filter((file) => !isTest(file))

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.includes('/testing/')
}

function roomOf(file: string): string {
  return file.split('/')[0] ?? file
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8')
  const pattern = /^(?:import|export)\s+(type\s+)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)/gm
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    target: match[2] ?? match[3] ?? '',
    isTypeOnly: match[1] !== undefined,
  }))
}

function localTarget({ file, target }: Import): string | undefined {
  if (!target.startsWith('.')) return undefined
  return relative(source, normalize(join(source, dirname(file), target)))
}

describe('the house', () => {
  test('every room is on the plan', () => {
    const rooms = new Set(files.map(roomOf))
    expect([...rooms].filter((room) => allowed[room] === undefined)).toEqual([])
  })

  test('rooms import only the rooms they may', () => {
    const wrong = productFiles.flatMap(importsOf).filter((entry) => {
      const target = localTarget(entry)
      if (target === undefined || target.startsWith('..')) return false
      const [from, to] = [roomOf(entry.file), roomOf(target)]
      const rules = allowed[from]
      if (from === to || rules === 'any' || rules === undefined) return false
      if (rules.includes('schemas of rooms') && target.endsWith('config.ts')) return false
      return !rules.includes(to)
    })
    expect(wrong).toEqual([])
  })

  test('rooms meet at their front doors: no import reaches into another room', () => {
    const deep = productFiles.flatMap(importsOf).filter((entry) => {
      const target = localTarget(entry)
      if (target === undefined || target.startsWith('..')) return false
      const [from, to] = [roomOf(entry.file), roomOf(target)]
      if (from === to || to === 'core' || !target.includes('/')) return false
      if (target.endsWith('config.ts') && from === 'config') return false
      // A simulated provider is a program of its own behind the same door.
      return target !== `${to}/index.ts` && target !== 'providers/simulated/index.ts'
    })
    expect(deep).toEqual([])
  })

  test('libraries stay in the rooms they belong to', () => {
    const strays = productFiles.flatMap(importsOf).filter(({ file, target }) => {
      const home = libraryRooms[target]
      return home !== undefined && !home.test(file)
    })
    expect(strays).toEqual([])
  })

  test('only the entry point reads the environment', () => {
    const readers = productFiles.filter(
      (file) =>
        /process\.env|Bun\.env/.test(readFileSync(join(source, file), 'utf8')) &&
        file !== 'main.ts',
    )
    expect(readers).toEqual([])
  })

  test('no provider is named outside providers/, the demo and the catalogue of prices', () => {
    const names = /'(openai|anthropic|azure-openai|azure-apim|ollama|groq|mistral|deepseek)'/
    const strays = productFiles.filter(
      (file) =>
        !/^(providers|cli\/demo|catalog\/price)/.test(file) &&
        names.test(readFileSync(join(source, file), 'utf8')),
    )
    expect(strays).toEqual([])
  })

  test('files keep to their length', () => {
    const long = productFiles.filter(
      (file) => readFileSync(join(source, file), 'utf8').split('\n').length > 401,
    )
    expect(long).toEqual([])
  })
})
