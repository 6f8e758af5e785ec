import type { CatalogConfig, ModelConfig } from './catalog/index.ts'
import type { Answer, Question } from './core/call.ts'
import type { Clock } from './core/clock.ts'
import { matchesAny } from './core/patterns.ts'
import type { Lane } from './core/record.ts'
import type { ClientFormat } from './formats/index.ts'
import { echoModel } from './providers/index.ts'
import type { RoutedOffer, Routes } from './routes.ts'
import { createLaneChooser, createLaneRoute } from './routing/index.ts'
import type { CompleteBody, JudgedAnswer, LaneMemory, PriceAt, Route } from './routing/index.ts'

/** What models with lanes need. */
export interface LaneParts {
  readonly routes: Pick<Routes, 'offerOf'>
  /** Returns the model of a name, of any model of the configuration. */
  readonly modelNamed: (name: string) => ModelConfig | undefined
  readonly memory: LaneMemory
  readonly clock: Pick<Clock, 'monotonic'>
  readonly read: (question: Question, answer: CompleteBody) => JudgedAnswer | undefined
  readonly priceAt: PriceAt
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  readonly echoAskedModel: CatalogConfig['echoAskedModel']
}

/** Returns the offer of a model with its lanes, if it has any. */
export function withLanes(model: ModelConfig, offer: RoutedOffer, parts: LaneParts): RoutedOffer {
  const { lanes } = model
  if (lanes === undefined) return offer
  let made: Route | undefined
  // Made when it is needed: models may stand in any order.
  const laned = (): Route => (made ??= laneRoute(model, lanes, offer.route, parts))
  async function send(...sent: Parameters<Route['send']>): Promise<Answer> {
    const answer = await laned().send(...sent)
    const [question] = sent
    const format = parts.clientFormats.get(question.call.clientFormat)
    const lane = answer.headers['x-smartflow-lane']
    const isOther = lane === 'efficient' || (lane === 'capable' && lanes?.capable !== undefined)
    const isEchoed = isOther && parts.echoAskedModel !== 'never' && format !== undefined
    return isEchoed ? echoModel(answer, format, model.name) : answer
  }
  const order = (): ReturnType<Route['order']> => laned().order()
  return { ...offer, order, route: { ...offer.route, order, send } }
}

function laneRoute(
  model: ModelConfig,
  lanes: NonNullable<ModelConfig['lanes']>,
  own: Route,
  parts: LaneParts,
): Route {
  const { efficient, capable, qualityRetry, ...rules } = lanes
  const names: Readonly<Record<Lane, string | undefined>> = { efficient, capable }
  const chooser = createLaneChooser(
    {
      ...rules,
      route: model.name,
      isPermitted: (lane, patterns) => mayChoose(names[lane], patterns, parts),
    },
    parts.memory,
  )
  return createLaneRoute(
    {
      name: model.name,
      own,
      chooser,
      qualityRetry,
      lanes: {
        efficient: routeOfLane(efficient, model, parts, []),
        capable:
          capable === undefined ? own : routeOfLane(capable, model, parts, model.fallbacks ?? []),
      },
    },
    parts,
  )
}

/** Whoever may ask for the model of a lane may choose the lane. The model itself was permitted already. */
function mayChoose(
  name: string | undefined,
  patterns: readonly string[],
  { modelNamed }: LaneParts,
): boolean {
  if (name === undefined || matchesAny(patterns, name)) return true
  const model = modelNamed(name)
  return model !== undefined && matchesAny(patterns, model.name)
}

/** The route of a lane: that of its model, held to what the asked model demands and the time it gives. */
function routeOfLane(
  name: string,
  asked: ModelConfig,
  { routes, modelNamed }: LaneParts,
  fallbacks: NonNullable<ModelConfig['fallbacks']>,
): Route {
  const model = modelNamed(name)
  if (model === undefined) {
    throw new Error(`A lane of '${asked.name}' names the model '${name}', which is not configured.`)
  }
  const { rollout: _, shadow: __, lanes: ___, ...rest } = model
  const lane = {
    ...rest,
    timeouts: { ...rest.timeouts, ...asked.timeouts },
    retries: { ...rest.retries, ...asked.retries },
    fallbacks: [...(rest.fallbacks ?? []), ...fallbacks],
  }
  const { require, rules } = asked
  return routes.offerOf(lane, false, { require, rules }).route
}
