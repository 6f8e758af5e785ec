import { asString } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { matchesPattern } from '../core/patterns.ts'
import { StopRefused } from '../oversight/index.ts'
import type { EmergencyStop, EmergencyStops, StopChange, StopScope } from '../oversight/index.ts'
import { data } from './area.ts'
import type { AdminArea, Change, ChangeRequest } from './area.ts'
import { stopBodySchema } from './oversight-schema.ts'
import { Refusal } from './refusal.ts'
import { readBySchema } from './routing-schema.ts'

/** Emergency stops as administrators see and order them. */
export interface StopAdministration extends Pick<
  EmergencyStops,
  'list' | 'propose' | 'apply' | 'runningCalls'
> {
  /** Names by which models are asked for or known to their providers. */
  models(): readonly string[]
  readonly twoPersonRelease: () => boolean
}

const stopPath = '/api/emergency-stop'

/** The paths of emergency stops. */
export function stopArea(stops: StopAdministration): AdminArea {
  return {
    read: ({ path }) => (path === stopPath ? data(overview(stops)) : undefined),
    methods: (path) => (path === stopPath ? ['POST', 'PUT'] : []),
    change: (request) => changeOf(proposed(request, stops), request, stops),
    urgent(request) {
      const change = proposed(request, stops)
      return change.type === 'tighten' ? changeOf(change, request, stops) : undefined
    },
  }
}

function proposed({ body, actor }: ChangeRequest, stops: StopAdministration): StopChange {
  const { mode, reason, scope } = readBySchema(stopBodySchema, body)
  return refusing(() => stops.propose({ mode, scope: onlyNamed(scope), reason, by: actor }))
}

function changeOf(change: StopChange, { body }: ChangeRequest, stops: StopAdministration): Change {
  const { type, scope, before, after } = change
  return {
    facts: {
      action: actions[type],
      subject: scopeText(scope),
      before: before === undefined ? null : show(before),
      // The reason why a stop ends stands nowhere else.
      after:
        after === undefined ? { mode: 'normal', reason: asString(body?.['reason']) } : show(after),
    },
    async make(isRecorded) {
      const isKept = refusing(() => stops.apply(change))
      return data({
        ...overview(stops),
        change: type,
        recorded: await isRecorded,
        kept: isKept,
        warnings: warningsOf(change, stops),
      })
    },
  }
}

const actions = {
  tighten: 'emergency-stop.set',
  release: 'emergency-stop.release',
  'ask-release': 'emergency-stop.ask-release',
} as const

/** A name nobody bears stops nobody: whoever mistyped it has to know at once. */
function warningsOf(
  { type, scope: { model } }: StopChange,
  stops: StopAdministration,
): readonly string[] {
  if (type !== 'tighten' || model === undefined) return []
  const isKnown = stops.models().some((name) => matchesPattern(model, name))
  return isKnown ? [] : [`no configured model is called '${model}'`]
}

function refusing<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof StopRefused)) throw error
    throw new Refusal({ status: 409, code: 'conflict' }, error.message)
  }
}

function overview(stops: StopAdministration): JsonObject {
  const list = stops.list()
  const widest = list.find(({ scope }) => scopeText(scope) === everything)
  return {
    mode: widest?.mode ?? 'normal',
    stops: list.map(show),
    two_person_release: stops.twoPersonRelease(),
    running_calls: stops.runningCalls(),
  }
}

function show({ mode, scope, reason, setBy, setAt, release }: EmergencyStop): JsonObject {
  return {
    mode,
    scope: { ...scope },
    reason,
    set_by: setBy,
    set_at: timeText(setAt),
    ...(release === undefined
      ? {}
      : {
          release: {
            to: release.to,
            asked_by: release.by,
            asked_at: timeText(release.at),
            reason: release.reason,
          },
        }),
  }
}

const everything = 'everything'

function scopeText(scope: StopScope): string {
  const names = Object.entries(scope).map(([kind, name]) => `${kind} ${name}`)
  return names.length === 0 ? everything : names.join(', ')
}

function onlyNamed({
  tenant,
  model,
  key,
}: {
  readonly tenant?: string | undefined
  readonly model?: string | undefined
  readonly key?: string | undefined
}): StopScope {
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(model === undefined ? {} : { model }),
    ...(key === undefined ? {} : { key }),
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString()
}
