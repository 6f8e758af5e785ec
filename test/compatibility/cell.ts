import { asObject, parseJson } from '../../src/core/json.ts'
import { recordsOf } from '../support/sdk.ts'
import type { TestGateway } from '../support/gateway.ts'
import type { Client } from './clients/index.ts'
import { compare, factsOfAnswer, factsOfAsk } from './facts.ts'
import type { Fact } from './facts.ts'
import type { Feature } from './features.ts'
import { limitTo, retryAfterSeconds } from './providers/dialect.ts'
import type { Arrived, Dialect } from './providers/dialect.ts'
import { families } from './providers/index.ts'
import type { Family } from './providers/index.ts'
import type { MatrixUpstream, Script } from './upstream.ts'
import { fault } from './vocabulary.ts'
import type { Ask, Heard, Say, Turn } from './vocabulary.ts'
import { isExplained } from './warnings.ts'

/** What became of one feature between a client and a provider, in one mode. */
export type Cell =
  | { readonly verdict: 'pass' }
  /** In words of the gateway's warnings. */
  | { readonly verdict: 'lossy'; readonly words: readonly string[] }
  /** By the gateway, in the words of its error. */
  | { readonly verdict: 'refused'; readonly words: readonly string[] }
  /** The client's format has no way to ask it, or the provider none to answer so. */
  | { readonly verdict: 'none' }
  | { readonly verdict: 'FAILED'; readonly words: readonly string[] }

/** The gateway and the providers behind it. */
export interface Rig {
  readonly gateway: Pick<TestGateway, 'url' | 'key' | 'dataDir'>
  readonly upstream: MatrixUpstream
}

/** Who asks whom, and how. */
export interface Pair {
  readonly client: Client
  readonly family: Family
  readonly stream: boolean
}

/** Sends a feature through the gateway and judges what arrived on both sides. */
export async function runCell(rig: Rig, pair: Pair, feature: Feature): Promise<Cell> {
  if (feature.only === 'stream' && !pair.stream) return { verdict: 'none' }
  try {
    return await judge(rig, pair, feature)
  } catch (error) {
    return { verdict: 'FAILED', words: [error instanceof Error ? error.message : String(error)] }
  }
}

async function judge(rig: Rig, pair: Pair, feature: Feature): Promise<Cell> {
  const begun = feature.isMoved === true ? { ...pair, family: otherFamily(pair.family) } : pair
  const first = await exchange(rig, begun, { feature, ask: feature.ask, say: feature.say })
  if (first.type !== 'heard') return first.cell
  if (feature.second === undefined) return verdictOf([first])
  const { ask, told } = secondAsk(feature, first)
  const second = await exchange(rig, pair, { feature, ask, told, say: feature.second.say })
  if (second.type !== 'heard') return second.cell
  return verdictOf(feature.isMoved === true ? [second] : [first, second])
}

/** A family whose proofs are not those of this one. */
function otherFamily({ name }: Family): Family {
  const other = name.endsWith('gemini') ? 'anthropic' : 'gemini'
  return families.find((family) => family.name === other) ?? fault('no other family')
}

/** The client sends back what it kept; the provider has to find what it said. */
function secondAsk(feature: Feature, { heard, said }: Outcome): { ask: Ask; told: Ask } {
  const results = feature.second?.results ?? []
  const follow = { type: 'text', text: 'And now?' } as const
  const answer = (ids: Say['calls']): Turn => ({
    role: 'user',
    parts:
      results.length === 0
        ? [follow]
        : results.map((parts, index) => {
            const call = ids?.[index] ?? fault('a call is missing')
            return { type: 'result', call, parts }
          }),
  })
  const { text, calls } = said
  // A proof is of no use to anyone but its maker.
  const isMoved = feature.isMoved === true
  const thoughts = isMoved ? said.thoughts?.map((each) => ({ text: each.text })) : said.thoughts
  const before = {
    role: 'assistant',
    ...(thoughts === undefined ? {} : { thoughts }),
    ...(text === undefined ? {} : { text }),
    ...(calls === undefined ? {} : { calls }),
  } as const
  return {
    ask: {
      ...feature.ask,
      turns: [...feature.ask.turns, { role: 'assistant', kept: heard.kept }, answer(heard.calls)],
    },
    told: { ...feature.ask, turns: [...feature.ask.turns, before, answer(calls)] },
  }
}

interface Sending {
  readonly feature: Feature
  readonly ask: Ask
  /** What the provider has to find, where that is not what the client knows. */
  readonly told?: Ask
  readonly say: Say
}

interface Outcome {
  readonly type: 'heard'
  readonly heard: Heard
  /** What the provider said, as far as it can say it. */
  readonly said: Say
  readonly lost: readonly Fact[]
  readonly warnings: readonly string[]
}

async function exchange(
  rig: Rig,
  pair: Pair,
  sending: Sending,
): Promise<Outcome | { readonly type: 'over'; readonly cell: Cell }> {
  const { client, family, stream } = pair
  const { feature, ask, say } = sending
  const model = feature.reasons === true ? `${family.name}-reasoning` : family.name
  const body = client.write(ask, model, stream)
  if (body === undefined) return over({ verdict: 'none' })
  const gates = openGates(feature, client)
  rig.upstream.script = { ...gates.script, say, fault: feature.fault, isBroken: feature.isBroken }
  const response = await fetch(rig.gateway.url + client.path(model, stream), {
    method: 'POST',
    headers: { authorization: `Bearer ${rig.gateway.key}`, ...jsonType, ...client.headers },
    body: JSON.stringify(body),
  })
  const bytes = await readPieces(response, (text) => gates.see(text))
  const arrivals = rig.upstream.take()
  const [arrival] = arrivals
  if (arrivals.length > 1) fault('the provider was asked more than once')
  if (arrival?.type === 'refused') {
    // Between equal formats nothing is changed, and the provider decides.
    if (arrival.dialect?.format !== client.name) fault(`the provider refused: ${arrival.reason}`)
    const { status } = arrival.dialect.writeFault('invalid')
    if (response.status !== status) fault(`status ${response.status} instead of ${status}`)
    return over({ verdict: 'refused', words: [`the provider: ${arrival.reason}`] })
  }
  if (arrival === undefined) return over(refusal(client, response, bytes))
  const { arrived, dialect } = arrival
  const isSealed = say.thoughts?.some(({ sealed }) => sealed !== undefined) === true
  const isMute =
    (say.cites !== undefined && dialect.cites !== true) || (isSealed && dialect.seals !== true)
  if (isMute || dialect.stopFor(say.stop) === undefined) return over({ verdict: 'none' })
  gates.requireAll()
  const asked = compareAsk(sending.told ?? ask, arrived)
  checkTarget(arrived, pair, feature)
  const isFault = feature.fault !== undefined || feature.isBroken === true
  const warned = warningsIn(response.headers.get('x-smartflow-warnings'))
  if (isFault) {
    checkFault(client, feature, { response, bytes, dialect })
    const cell = warned.length === 0 ? { verdict: 'pass' as const } : lossy(warned)
    return asked.length === 0 ? over(cell) : fault(`lost: ${asked.map(wordsOf).join('; ')}`)
  }
  if (response.status !== 200) fault(`status ${response.status}: ${Buffer.from(bytes).toString()}`)
  const heard = stream ? client.readStream(bytes) : client.readAnswer(jsonOf(bytes))
  const said = limitTo(dialect, say)
  const answered = compareAnswer(client, said, heard)
  // Answers name who answered: by the name that was asked for, or the provider's own.
  if (client.namesModel && ![model, targetOf(family, feature)].includes(heard.model)) {
    fault(`the model is called ${heard.model}`)
  }
  const ids = new Set((heard.calls ?? []).map(({ id }) => id))
  if (ids.size !== (heard.calls ?? []).length) fault('calls with the same id')
  const ignored = arrived.ignored ?? []
  // Between equal formats nothing is changed, whatever the provider makes of it.
  if (ignored.length > 0 && dialect.format !== client.name) fault(`passed over: ${ignored.join()}`)
  const unheeded = ignored.map((field) => `the provider passes over ${field}`)
  const lost = [...asked, ...answered]
  const requestId = response.headers.get('x-request-id') ?? ''
  const told = [...warned, ...unheeded]
  const warnings = await allWarnings(rig, { warned: told, lost, requestId, stream })
  return { type: 'heard', heard, said, lost, warnings }
}

const jsonType = { 'content-type': 'application/json' }

function over(cell: Cell): { readonly type: 'over'; readonly cell: Cell } {
  return { type: 'over', cell }
}

function lossy(words: readonly string[]): Cell {
  return { verdict: 'lossy', words: [...new Set(words)] }
}

function verdictOf(outcomes: readonly Outcome[]): Cell {
  const silent = outcomes.flatMap(({ lost, warnings }) =>
    lost.filter(({ about }) => !isExplained(about, warnings)),
  )
  const warnings = outcomes.flatMap((each) => each.warnings)
  if (silent.length > 0) {
    const beside = warnings.length === 0 ? '' : ` (warnings: ${warnings.join(', ')})`
    return {
      verdict: 'FAILED',
      words: [`lost in silence: ${silent.map(wordsOf).join('; ')}${beside}`],
    }
  }
  return warnings.length === 0 ? { verdict: 'pass' } : lossy(warnings)
}

function wordsOf({ about, what }: Fact): string {
  return `${about} ${what.slice(0, 80)}`
}

function compareAsk(told: Ask, arrived: Arrived): Fact[] {
  // Who must not call tools need not be told of any.
  const bare: Ask =
    told.choice === 'none' && arrived.ask.tools === undefined
      ? { ...told, tools: [], choice: 'auto' }
      : told
  // A limit nobody gave may be needed; it is warned about then.
  const { lost, added } = compare(factsOfAsk(bare), factsOfAsk(arrived.ask))
  return [...lost, ...added.map(({ about, what }) => ({ about, what: `added: ${what}` }))]
}

function compareAnswer(client: Client, said: Say, heard: Heard): Fact[] {
  const shown = Object.entries(said.usage).filter(([name]) =>
    ['input', 'output', ...client.counts].includes(name),
  )
  const usage = { input: 0, output: 0, ...Object.fromEntries(shown) }
  const { lost, added } = compare(factsOfAnswer({ ...said, usage }), factsOfAnswer(heard))
  const isStopTold = heard.stops.includes(said.stop)
  return [
    ...lost.map(({ about, what }) => ({ about: `answer ${about}`, what })),
    ...added.map(({ about, what }) => ({ about: `answer ${about}`, what: `added: ${what}` })),
    ...(isStopTold ? [] : [{ about: 'answer stop reason', what: said.stop }]),
  ]
}

function checkTarget(arrived: Arrived, { family, stream }: Pair, feature: Feature): void {
  if (arrived.model !== targetOf(family, feature))
    fault(`the provider was asked for ${arrived.model}`)
  if (arrived.stream !== stream) fault('the provider was asked for the other kind of answer')
}

function targetOf(family: Family, feature: Feature): string {
  return feature.reasons === true ? family.reasoningModel : family.model
}

interface FaultSeen {
  readonly response: Response
  readonly bytes: Uint8Array
  readonly dialect: Dialect
}

function checkFault(
  client: Client,
  feature: Feature,
  { response, bytes, dialect }: FaultSeen,
): void {
  if (feature.fault === undefined) {
    const { kind } = client.readStreamFault(bytes)
    if (kind !== 'overloaded') fault(`the error amid the stream is of kind ${kind}`)
    return
  }
  const { status } = dialect.writeFault(feature.fault)
  if (response.status !== status) fault(`status ${response.status} instead of ${status}`)
  const heard = client.readFault(jsonOf(bytes), response.headers)
  if (heard.kind !== feature.fault) fault(`the error is of kind ${heard.kind}: ${heard.message}`)
  const wait = response.headers.get('retry-after')
  if (feature.fault === 'rate-limit' && wait !== String(retryAfterSeconds)) {
    fault('retry-after is missing')
  }
}

/** The gateway's own refusal, which has to be an error of the client's dialect that says why. */
function refusal(client: Client, response: Response, bytes: Uint8Array): Cell {
  if (response.status !== 400) fault(`status ${response.status}: ${Buffer.from(bytes).toString()}`)
  const { message } = client.readFault(jsonOf(bytes), response.headers)
  return { verdict: 'refused', words: [message] }
}

function jsonOf(bytes: Uint8Array) {
  return asObject(parseJson(Buffer.from(bytes).toString())) ?? fault('the answer is no JSON')
}

/** Reads a body piece by piece and shows all that came so far. */
async function readPieces(response: Response, see: (text: string) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    see(Buffer.concat(chunks).toString())
  }
  return Buffer.concat(chunks)
}

/** Only a stream that is held back waits so long. */
const patienceMs = 5000

/** Makes gates: the provider waits at each until the client has seen the words. */
function openGates(feature: Feature, client: Client) {
  const isWhole = feature.streamsArguments === true && !client.streamsArguments
  // Where calls come whole, the first has to be there while the second is made.
  const [[first] = ['']] = feature.gates ?? []
  const waiting = new Map(
    (feature.gates ?? []).flatMap(([sent, seen]) => {
      if (isWhole && sent === first) return []
      return [[sent, { seen: isWhole ? first : seen, ...Promise.withResolvers<void>() }] as const]
    }),
  )
  const missed: string[] = []
  const script: Pick<Script, 'onWords'> = {
    async onWords(words) {
      const sent = [...waiting.keys()].find((each) => words.includes(each))
      const gate = sent === undefined ? undefined : waiting.get(sent)
      if (gate === undefined || sent === undefined) return
      const late = Bun.sleep(patienceMs).then(() => 'late' as const)
      if ((await Promise.race([gate.promise, late])) === 'late') missed.push(gate.seen)
      waiting.delete(sent)
    },
  }
  return {
    script,
    see(text: string): void {
      for (const { seen, resolve } of waiting.values()) if (text.includes(seen)) resolve()
    },
    requireAll(): void {
      if (missed.length > 0) fault(`not streamed: ${missed.join()} came only with what followed it`)
    },
  }
}

/** Takes the header apart again. */
function warningsIn(header: string | null): string[] {
  return header === null ? [] : header.split(/, (?=(?:dropped|changed) )/)
}

/** What is lost of a stream shows when its head is long sent: the audit record alone can tell then. */
async function allWarnings(
  { gateway }: Rig,
  call: {
    readonly warned: readonly string[]
    readonly lost: readonly Fact[]
    readonly requestId: string
    readonly stream: boolean
  },
): Promise<readonly string[]> {
  const isTold = call.lost.every(({ about }) => isExplained(about, call.warned))
  if (isTold || !call.stream) return call.warned
  const { outcome } = await recordsOf(gateway as TestGateway, call.requestId)
  return outcome.warnings
}
