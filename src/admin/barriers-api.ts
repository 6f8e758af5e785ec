import { CrossingRefused, proposeCrossing } from '../compliance/index.ts'
import type {
  BarrierAnswer,
  BarrierQuestion,
  BarriersConfig,
  BarrierStore,
  Crossing,
} from '../compliance/index.ts'
import { data } from './area.ts'
import type { AdminArea, Change, ChangeRequest, ReadRequest } from './area.ts'
import { crossingBodySchema, explainQuerySchema, personQuerySchema } from './barriers-schema.ts'
import { showAnswer, showBarriers, showCrossing, showHistory } from './barriers-views.ts'
import { Refusal } from './refusal.ts'
import { readBySchema } from './routing-schema.ts'

/** Information barriers as administrators see and open them. */
export interface BarriersAdministration extends Pick<BarrierStore, 'history' | 'crossings'> {
  readonly config: () => BarriersConfig
  readonly version: () => string
  readonly ask: (question: BarrierQuestion) => readonly BarrierAnswer[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly newId: () => string
}

const basePath = '/api/barriers'
const crossingsPath = `${basePath}/crossings`
const hourMs = 3_600_000

/** The paths `/api/barriers…`. Who is on which deal is secret in itself: reading needs a key as well. */
export function barriersArea(barriers: BarriersAdministration): AdminArea {
  return {
    read(request) {
      const { path } = request
      if (path !== basePath && !path.startsWith(`${basePath}/`)) return undefined
      requireReader(request)
      return read(request, barriers)
    },
    methods(path) {
      if (path === crossingsPath) return ['POST']
      return crossingIdOf(path) === undefined ? [] : ['DELETE']
    },
    change: (request) =>
      request.method === 'DELETE' ? revoking(request, barriers) : granting(request, barriers),
  }
}

function requireReader({ reader }: ReadRequest): void {
  if (reader !== undefined) return
  throw new Refusal(
    { status: 401, code: 'missing_key' },
    'Who may know what is itself secret: this needs the key of an administrator as Authorization: Bearer.',
  )
}

function read(
  { path, query }: ReadRequest,
  barriers: BarriersAdministration,
): Response | undefined {
  const { config, version, history, crossings, ask, now } = barriers
  const asked = Object.fromEntries(query)
  switch (path) {
    case basePath:
      return data({ version: version(), ...showBarriers(config()) })
    case `${basePath}/explain`: {
      const question = readBySchema(explainQuerySchema, asked)
      const { user, category } = question
      return data({ user, category, answers: ask(question).map(showAnswer) })
    }
    case `${basePath}/history`: {
      const { user, tenant } = readBySchema(personQuerySchema, asked)
      return data({ user, tenant, seen: showHistory(history.of({ id: user, tenant })) })
    }
    case crossingsPath: {
      const person = query.size === 0 ? undefined : readBySchema(personQuerySchema, asked)
      const listed = crossings.list(person && { id: person.user, tenant: person.tenant })
      return data({ crossings: listed.map((each) => showCrossing(each, config(), now())) })
    }
    default: {
      const id = crossingIdOf(path)
      if (id === undefined) return undefined
      return data(showCrossing(crossingOf(id, barriers), config(), now()))
    }
  }
}

function granting({ body, actor, now }: ChangeRequest, barriers: BarriersAdministration): Change {
  const { ttl_hours: hours = 0, ...fields } = readBySchema(crossingBodySchema, body)
  const from = fields.from ?? now
  const request = { ...fields, from, until: fields.until ?? from + Math.round(hours * hourMs) }
  const { crossings, config, newId } = barriers
  const by = { approver: actor, id: newId(), now }
  const crossing = refusing(() => proposeCrossing(request, by, { config: config(), crossings }))
  const shown = showCrossing(crossing, config(), now)
  return {
    facts: { action: 'barrier.crossing.grant', subject: crossing.id, before: null, after: shown },
    make() {
      crossings.grant(crossing)
      return data(shown, 201)
    },
  }
}

function revoking({ path, actor, now }: ChangeRequest, barriers: BarriersAdministration): Change {
  const { crossings, config } = barriers
  const crossing = crossingOf(crossingIdOf(path) ?? '', barriers)
  if (crossing.revokedAt !== undefined || crossing.until <= now) {
    throw new Refusal({ status: 409, code: 'conflict' }, 'The crossing is over already.')
  }
  const by = { revokedAt: now, revokedBy: actor }
  return {
    facts: {
      action: 'barrier.crossing.revoke',
      subject: crossing.id,
      before: showCrossing(crossing, config(), now),
      after: showCrossing({ ...crossing, ...by }, config(), now),
    },
    make: () => data(showCrossing(crossings.revoke(crossing.id, by), config(), now)),
  }
}

function crossingIdOf(path: string): string | undefined {
  return /^\/api\/barriers\/crossings\/([\w-]{1,64})$/.exec(path)?.[1]
}

function crossingOf(id: string, { crossings }: BarriersAdministration): Crossing {
  const crossing = crossings.find(id)
  if (crossing !== undefined) return crossing
  throw new Refusal({ status: 404, code: 'not_found' }, 'There is no such crossing.')
}

function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof CrossingRefused)) throw error
    const { isForbidden, param, message } = error
    const kind = isForbidden
      ? { status: 403, code: 'forbidden' }
      : { status: 400, code: 'invalid_request' }
    throw new Refusal({ ...kind, ...(param !== undefined && { param }) }, message)
  }
}
