import { asArray, asObject, asString } from '../core/json.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { stopModes } from '../oversight/index.ts'
import { adminKeyVariable, askAdmin, gatewayOptions } from './ask-gateway.ts'
import { parseArguments, UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'

const usage = `Stop what calls may do, at once, and end those that run. Asks a running gateway.

  smartflow stop halt --reason TEXT [SCOPE]        no call begins, and running ones end
  smartflow stop read-only --reason TEXT [SCOPE]   only calls that read: no tools that write, no uploads
  smartflow stop normal --reason TEXT [SCOPE]      end the stop of exactly this scope
  smartflow stop status [--json]                   what is in force

  SCOPE: --tenant NAME, --model NAME, --key ID; all that are given must be the case (default: everything)
  --url URL                admin listener of the gateway (default: http://127.0.0.1:7778)
  --ca FILE, --server-name NAME   how its certificate is checked

The key of an administrator is read from the environment: ${adminKeyVariable}.
`

const scopeOptions = ['tenant', 'model', 'key'] as const

/** `smartflow stop halt|read-only|normal|status`: orders emergency stops, and tells of them. */
export async function runStopCommand(args: readonly string[], io: CliIo): Promise<number> {
  const [mode, ...rest] = args
  if (mode === undefined || mode === 'help' || args.includes('--help')) {
    io.stdout(usage)
    return mode === undefined ? 2 : 0
  }
  const known = [...stopModes, 'status']
  if (!known.includes(mode)) {
    const close = nearest(mode, known)
    const hint = close === undefined ? '' : ` Did you mean '${close}'?`
    throw new UsageError(`Unknown mode '${mode}'.${hint} See smartflow stop --help.`)
  }
  const valued = [...gatewayOptions, ...scopeOptions, 'reason']
  const parsed = parseArguments(rest, valued, ['json'])
  const [word] = parsed.positional
  if (word !== undefined) throw new UsageError(`What is '${word}'? See smartflow stop --help.`)
  const path = '/api/emergency-stop'
  const reply =
    mode === 'status'
      ? await askAdmin(parsed, io, { path })
      : await askAdmin(parsed, io, { path, method: 'POST', body: orderOf(mode, parsed) })
  if (reply.type === 'refused') {
    io.stderr(`${reply.message}\n`)
    return 1
  }
  if (parsed.options.has('json')) io.stdout(`${JSON.stringify(reply.data, undefined, 2)}\n`)
  else io.stdout(textOf(reply.data))
  return warn(reply.data, io)
}

function orderOf(mode: string, { options }: Arguments): JsonObject {
  const reason = options.get('reason')
  if (reason === undefined) throw new UsageError('Say why: --reason "what has happened".')
  const scope: JsonObject = {}
  for (const name of scopeOptions) {
    const value = options.get(name)
    if (value !== undefined) scope[name] = value
  }
  return { mode, scope, reason }
}

/** What is in force but not as safe as it should be has to be seen. */
function warn(data: JsonObject, io: CliIo): number {
  for (const warning of asArray(data['warnings'])) {
    io.stderr(`Careful: ${asString(warning) ?? ''}.\n`)
  }
  if (data['recorded'] === false) io.stderr('Careful: the audit log could not be written.\n')
  if (data['kept'] === false) io.stderr('Careful: a restart would end this stop.\n')
  return 0
}

function textOf(data: JsonObject): string {
  const stops = asArray(data['stops'])
  const waits =
    data['change'] === 'ask-release'
      ? 'A second administrator has to say the same before it ends.\n'
      : ''
  const lines = stops.map((stop) => `${lineOf(stop)}\n`)
  return waits + (lines.length === 0 ? 'No emergency stop is in force.\n' : lines.join(''))
}

function lineOf(value: JsonValue): string {
  const stop = asObject(value) ?? {}
  const scope = Object.entries(asObject(stop['scope']) ?? {})
  const forWhom =
    scope.length === 0
      ? 'everything'
      : scope.map(([kind, name]) => `${kind} ${asString(name) ?? ''}`).join(', ')
  const who = `by ${asString(stop['set_by']) ?? ''} at ${asString(stop['set_at']) ?? ''}`
  return `${asString(stop['mode']) ?? ''} for ${forWhom}, ${who}: ${asString(stop['reason']) ?? ''}`
}
