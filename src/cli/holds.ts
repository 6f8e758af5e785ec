import { asArray, asObject, asString } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { adminKeyVariable, askAdmin, gatewayOptions } from './ask-gateway.ts'
import type { AdminReply } from './ask-gateway.ts'
import { parseArguments, UsageError } from './io.ts'
import type { Arguments, CliIo } from './io.ts'
import { chooseSubcommand } from './subcommands.ts'

const usage = `Decide about actions that wait for approval. Asks a running gateway.

  smartflow holds list [--state STATE] [--json]    what waits (STATE: waiting, approved, denied, expired, all)
  smartflow holds show ID                          one of them, and what is wanted
  smartflow holds approve ID --reason TEXT         let it be done
  smartflow holds deny ID --reason TEXT            refuse it

  --url URL                admin listener of the gateway (default: http://127.0.0.1:7778)
  --ca FILE, --server-name NAME   how its certificate is checked

The key of an administrator is read from the environment: ${adminKeyVariable}.
`

const helpHint = 'See smartflow holds --help.'

type Subcommand = (parsed: Arguments, io: CliIo) => Promise<number>

const subcommands: Readonly<Record<string, Subcommand>> = {
  list,
  show,
  approve: (parsed, io) => decide('approve', parsed, io),
  deny: (parsed, io) => decide('deny', parsed, io),
}

/** `smartflow holds list|show|approve|deny`: the approval queue of a running gateway. */
export async function runHoldsCommand(args: readonly string[], io: CliIo): Promise<number> {
  const chosen = chooseSubcommand(args, { command: 'holds', usage, subcommands }, io)
  if ('exitCode' in chosen) return chosen.exitCode
  const { run, rest } = chosen
  return run(parseArguments(rest, [...gatewayOptions, 'state', 'reason'], ['json']), io)
}

async function list(parsed: Arguments, io: CliIo): Promise<number> {
  const state = parsed.options.get('state') ?? 'waiting'
  const query = state === 'all' ? '' : `?state=${encodeURIComponent(state)}`
  const reply = await askAdmin(parsed, io, { path: `/api/holds${query}` })
  return tell(reply, parsed, io, (data) => {
    const holds = asArray(data['holds']).map((hold) => lineOf(asObject(hold) ?? {}))
    return holds.length === 0 ? 'Nothing is there.\n' : `${holds.join('\n')}\n`
  })
}

async function show(parsed: Arguments, io: CliIo): Promise<number> {
  const reply = await askAdmin(parsed, io, { path: `/api/holds/${idOf(parsed)}` })
  return tell(reply, parsed, io, (data) => `${JSON.stringify(data, undefined, 2)}\n`)
}

async function decide(verb: 'approve' | 'deny', parsed: Arguments, io: CliIo): Promise<number> {
  const reason = parsed.options.get('reason')
  if (reason === undefined) throw new UsageError('Say why: --reason "what convinced you".')
  const path = `/api/holds/${idOf(parsed)}/${verb}`
  const reply = await askAdmin(parsed, io, { path, method: 'POST', body: { reason } })
  return tell(reply, parsed, io, (data) => `${lineOf(data)}\n`)
}

function idOf({ positional }: Arguments): string {
  const [id, ...others] = positional
  if (id === undefined || others.length > 0) {
    throw new UsageError(`Say which one: an id of smartflow holds list. ${helpHint}`)
  }
  return encodeURIComponent(id)
}

function tell(
  reply: AdminReply,
  { options }: Arguments,
  io: CliIo,
  write: (data: JsonObject) => string,
): number {
  if (reply.type === 'refused') {
    io.stderr(`${reply.message}\n`)
    return 1
  }
  const { data } = reply
  io.stdout(options.has('json') ? `${JSON.stringify(data, undefined, 2)}\n` : write(data))
  return 0
}

function lineOf(hold: JsonObject): string {
  const text = (name: string): string => asString(hold[name]) ?? ''
  const what = [text('kind'), text('tool'), text('tier')].filter((word) => word !== '').join(' ')
  const rules = asArray(hold['rule_ids'])
    .flatMap((rule) => asString(rule) ?? [])
    .join(', ')
  const until = text('state') === 'waiting' ? `, until ${text('wait_until')}` : ''
  return `${text('id')}  ${text('state')}  ${what} for ${text('requester')} (${rules})${until}`
}
