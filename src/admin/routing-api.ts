import type { JsonObject } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { chainBodySchema, chainNameSchema } from '../routing/index.ts'
import type {
  FallbackChain,
  LaneSummary,
  Override,
  ProviderPerformance,
  ShadowSummary,
  TargetStatus,
} from '../routing/index.ts'
import { data } from './area.ts'
import type { AdminArea, Change, ChangeRequest } from './area.ts'
import { badRequest, Refusal } from './refusal.ts'
import { overrideBodySchema, readBySchema } from './routing-schema.ts'
import {
  showChain,
  showLanes,
  showOverride,
  showPerformance,
  showShadow,
  showTarget,
} from './routing-views.ts'

/** Routing as administrators see and change it. */
export interface RoutingAdministration {
  providers(): readonly string[]
  models(): readonly string[]
  targets(): readonly TargetStatus[]
  performance(): readonly ProviderPerformance[]
  shadows(): readonly ShadowSummary[]
  lanes(): readonly LaneSummary[]
  override(): Override | undefined
  setOverride(override: Pick<Override, 'provider' | 'setBy'> & { readonly ttlMs: number }): Override
  clearOverride(): void
  chains(): readonly FallbackChain[]
  putChain(chain: FallbackChain): void
  removeChain(name: string): void
}

/** The paths `/api/routing/…` and `/api/providers/perf`. */
export function routingArea(routing: RoutingAdministration): AdminArea {
  return {
    read: ({ path }) => readRouting(path, routing),
    methods: routingMethods,
    change: (request) => routingChange(request, routing),
  }
}

function readRouting(path: string, routing: RoutingAdministration): Response | undefined {
  switch (path) {
    case '/api/routing/status':
      return data({
        override: nullable(routing.override(), showOverride),
        targets: routing.targets().map(showTarget),
        providers: routing.performance().map(showPerformance),
        fallback_chains: routing.chains().map(showChain),
        shadows: routing.shadows().map(showShadow),
        lanes: routing.lanes().map(showLanes),
      })
    case '/api/routing/override':
      return data(nullable(routing.override(), showOverride))
    case '/api/routing/fallback-chains':
      return data({ chains: routing.chains().map(showChain) })
    case '/api/providers/perf':
      return data({ snapshots: routing.performance().map(showPerformance) })
    default: {
      const name = chainNameOf(path)
      return name === undefined ? undefined : data(showChain(chainNamed(name, routing)))
    }
  }
}

function routingMethods(path: string): readonly string[] {
  if (path === '/api/routing/override') return ['POST', 'DELETE']
  if (path === '/api/routing/fallback-chains') return ['POST']
  return chainNameOf(path) === undefined ? [] : ['PUT', 'DELETE']
}

function routingChange(request: ChangeRequest, routing: RoutingAdministration): Change {
  const { method, path, body = {}, actor, now } = request
  const asking = { actor, now, routing }
  if (path === '/api/routing/override') {
    return method === 'DELETE' ? clearingOverride(routing) : settingOverride(body, asking)
  }
  const name = chainNameOf(path)
  return method === 'DELETE' ? removingChain(name ?? '', routing) : puttingChain(body, name, asking)
}

interface Asking {
  readonly actor: string
  readonly now: number
  readonly routing: RoutingAdministration
}

function settingOverride(body: JsonObject, { actor, routing }: Asking): Change {
  const { provider, ttl_minutes: ttlMinutes } = readBySchema(overrideBodySchema, body)
  requireKnown('provider', provider, routing.providers())
  const override = { provider, setBy: actor, ttlMs: Math.round(ttlMinutes * 60_000) }
  return {
    facts: {
      action: 'routing.override.set',
      before: nullable(routing.override(), showOverride),
      after: { provider, ttl_minutes: ttlMinutes },
    },
    make: () => data(showOverride(routing.setOverride(override))),
  }
}

function clearingOverride(routing: RoutingAdministration): Change {
  return {
    facts: {
      action: 'routing.override.clear',
      before: nullable(routing.override(), showOverride),
      after: null,
    },
    make() {
      routing.clearOverride()
      return data(null)
    },
  }
}

/** @param nameInPath the chain a `PUT` replaces; a `POST` names a new one in its body */
function puttingChain(
  { name: nameInBody, ...rest }: JsonObject,
  nameInPath: string | undefined,
  { actor, now, routing }: Asking,
): Change {
  if (nameInPath !== undefined && nameInBody !== undefined && nameInBody !== nameInPath) {
    throw badRequest('name: the path names another chain', 'name')
  }
  const name = nameInPath ?? readName(nameInBody)
  const body = readBySchema(chainBodySchema, rest)
  const existing = routing.chains().find((chain) => chain.name === name)
  if (nameInPath === undefined && existing !== undefined) {
    throw new Refusal(
      { status: 409, code: 'already_exists', param: 'name' },
      `There is a chain named '${name}' already; replace it by PUT.`,
    )
  }
  if (body.model !== undefined) requireKnown('model', body.model, routing.models())
  if (body.provider !== undefined) requireKnown('provider', body.provider, routing.providers())
  body.steps.forEach((step, index) => {
    step.models.forEach((model, at) =>
      requireKnown(`steps.${index}.models.${at}`, model, routing.models()),
    )
  })
  const chain: FallbackChain = { ...body, name, updatedBy: actor, updatedAt: now }
  return {
    facts: {
      action: existing === undefined ? 'routing.chain.create' : 'routing.chain.replace',
      subject: name,
      before: nullable(existing, showChain),
      after: showChain(chain),
    },
    make() {
      routing.putChain(chain)
      return data(showChain(chain), existing === undefined ? 201 : 200)
    },
  }
}

function removingChain(name: string, routing: RoutingAdministration): Change {
  const existing = chainNamed(name, routing)
  return {
    facts: {
      action: 'routing.chain.remove',
      subject: name,
      before: showChain(existing),
      after: null,
    },
    make() {
      routing.removeChain(name)
      return data(null)
    },
  }
}

function readName(value: unknown): string {
  const result = chainNameSchema.safeParse(value)
  if (result.success) return result.data
  throw badRequest('name: expected letters, digits, dots, dashes', 'name')
}

function requireKnown(param: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const close = nearest(name, known)
  const hint = close === undefined ? '' : ` Did you mean '${close}'?`
  throw badRequest(`${param}: '${name.slice(0, 100)}' is not configured.${hint}`, param)
}

function chainNamed(name: string, routing: RoutingAdministration): FallbackChain {
  const chain = routing.chains().find((each) => each.name === name)
  if (chain !== undefined) return chain
  throw new Refusal({ status: 404, code: 'not_found' }, 'There is no such fallback chain.')
}

const chainPrefix = '/api/routing/fallback-chains/'

function chainNameOf(path: string): string | undefined {
  if (!path.startsWith(chainPrefix)) return undefined
  const result = chainNameSchema.safeParse(path.slice(chainPrefix.length))
  return result.success ? result.data : undefined
}

function nullable<T, Shown>(value: T | undefined, show: (value: T) => Shown): Shown | null {
  return value === undefined ? null : show(value)
}
