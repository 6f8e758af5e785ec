import type { CatalogConfig, ModelConfig } from './catalog/index.ts'
import type { Answer, Question } from './core/call.ts'
import type { Operation } from './core/record.ts'
import { readCompleteAnswer } from './formats/index.ts'
import type { ClientFormat, CompleteAnswer, ProviderFormat } from './formats/index.ts'
import { echoModel } from './providers/index.ts'
import type { RoutedOffer, Routes } from './routes.ts'
import { isInRollout } from './routing/index.ts'
import type { CompleteBody, Shadows } from './routing/index.ts'

/** What moving callers from one model to another needs. */
export interface MigrationParts {
  readonly routes: Pick<Routes, 'offerOf'>
  /** Returns the model of a name, of any model of the configuration. */
  readonly modelNamed: (name: string) => ModelConfig | undefined
  readonly shadows: Shadows
  readonly clientFormats: ReadonlyMap<string, ClientFormat>
  readonly echoAskedModel: CatalogConfig['echoAskedModel']
}

type Destination = NonNullable<ModelConfig['rollout']>['to']

/** Operations whose answers can be compared. */
const comparable: ReadonlySet<Operation> = new Set<Operation>(['chat', 'text_completion'])

/** Returns the offer of a model with its rollout and its shadow, if it has any. */
export function withMigrations(
  model: ModelConfig,
  offer: RoutedOffer,
  parts: MigrationParts,
): RoutedOffer {
  return withShadow(model, withRollout(model, offer, parts), parts)
}

function withRollout(model: ModelConfig, offer: RoutedOffer, parts: MigrationParts): RoutedOffer {
  const { rollout } = model
  if (rollout === undefined) return offer
  const next = memoized(() => {
    const { rollout: _, shadow: __, ...rest } = model
    const targets = [...targetsOf(rollout.to, parts), ...model.targets]
    return parts.routes.offerOf({ ...rest, strategy: 'priority', targets }, false).route
  })
  async function send(question: Question): Promise<Answer> {
    if (rollout === undefined || !isInRollout(rollout, model.name, question.principal)) {
      return offer.route.send(question)
    }
    const answer = await next().send(question)
    const format = parts.clientFormats.get(question.call.clientFormat)
    const isEchoed = parts.echoAskedModel !== 'never' && format !== undefined
    return isEchoed ? echoModel(answer, format, model.name) : answer
  }
  const order = (): ReturnType<RoutedOffer['order']> => next().order()
  return { ...offer, order, route: { ...offer.route, order, send } }
}

function withShadow(model: ModelConfig, offer: RoutedOffer, parts: MigrationParts): RoutedOffer {
  const { shadow } = model
  if (shadow === undefined) return offer
  const copies = memoized(() => {
    const { rollout: _, shadow: __, fallbacks: ___, hedge: ____, ...rest } = model
    const targets = targetsOf(shadow.to, parts)
    return parts.routes.offerOf({ ...rest, targets, retries: { maxRetries: 0 } }, false).route
  })
  const route = {
    ...shadow,
    name: model.name,
    ask: (question: Question) => copies().send(question),
  }
  return {
    ...offer,
    route: {
      ...offer.route,
      async send(question) {
        const answer = await offer.route.send(question)
        return comparable.has(question.call.operation)
          ? parts.shadows.follow(question, answer, route)
          : answer
      },
    },
  }
}

/** Reads answers that are to be compared or judged; `undefined` where the client's format cannot be read. */
export function createAnswerReader(
  formats: ReadonlyMap<string, ClientFormat>,
): (question: Question, body: CompleteBody) => CompleteAnswer | undefined {
  return (question, { bytes, isStream }) => {
    const format = formats.get(question.call.clientFormat)
    return isReadable(format) ? readCompleteAnswer(format, bytes, isStream) : undefined
  }
}

function isReadable(format: ClientFormat | undefined): format is ClientFormat & ProviderFormat {
  return format !== undefined && 'readAnswer' in format && 'openStreamReader' in format
}

/** The targets a destination stands for. Models are looked up when they are needed, since they may stand in any order. */
function targetsOf(to: Destination, { modelNamed }: MigrationParts): ModelConfig['targets'] {
  if (typeof to !== 'string') return [{ ...to, weight: 1 }]
  return modelNamed(to)?.targets ?? []
}

function memoized<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}
