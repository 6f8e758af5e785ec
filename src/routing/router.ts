import type { Answer, Question } from '../core/call.ts'
import type { FailureClass } from '../core/failure.ts'
import type { Target } from '../core/target.ts'
import { Attempt } from './attempt.ts'
import type { RetryOptions } from './backoff.ts'
import type { BulkheadLimits } from './bulkhead.ts'
import type { EstimateTokens } from './conditions.ts'
import { demandsOn, meetsAll, noAdmissibleTarget } from './constraints.ts'
import type { Demand, ResidencyRule } from './constraints.ts'
import { AttemptsFailed } from './failures.ts'
import type { Fallback } from './fallback.ts'
import type { HedgeOptions } from './hedge.ts'
import type { TargetRegistry } from './registry.ts'
import { RetryBudget } from './retry-budget.ts'
import { targetHash } from './routed-target.ts'
import type { RoutedTarget } from './routed-target.ts'
import { Sending } from './sending.ts'
import type { Earlier, SendingDependencies, SendingOptions } from './sending.ts'
import { admitted } from './step.ts'
import type { Step } from './step.ts'
import { conditional, createStrategy } from './strategies/index.ts'
import type { StrategyDependencies, StrategyName, TargetRule } from './strategies/index.ts'

/** What a model is made of, as far as routing is concerned. */
export interface RouteOptions {
  readonly name: string
  readonly strategy: StrategyName
  readonly targets: readonly {
    readonly target: Target
    readonly name?: string | undefined
    readonly limits?: BulkheadLimits | undefined
  }[]
  /** Where every call of this model has to stay. */
  readonly require?: Demand | undefined
  readonly rules?: readonly TargetRule[] | undefined
  /** What holds besides, since this route stands in for another one. */
  readonly outer?: Pick<RouteOptions, 'require' | 'rules'> | undefined
  readonly retries: RetryOptions
  readonly fallbacks?: readonly FallbackOptions[] | undefined
  readonly hedge?: HedgeOptions | undefined
  /** Whether a stream that breaks off is gone on with by another target, where its form permits it. */
  readonly continues?: boolean | undefined
  readonly maxAttempts: number
  readonly totalTimeoutMs: number
  /** Whether other models can fall back to it by its name; so they can when absent. */
  readonly isFallback?: boolean | undefined
}

/** Models that are asked in their order when this one failed. */
export interface FallbackOptions {
  readonly on?: readonly FailureClass[] | undefined
  readonly models: readonly string[]
}

/** A model that calls can be sent to. */
export interface Route {
  readonly name: string
  /** Returns all its targets, in the order of the configuration. */
  readonly order: () => readonly Target[]
  /**
   * Asks its targets until one answers; the last provider's error stands as an answer, others are thrown.
   * @param earlier what was tried for the call elsewhere, if anything was
   */
  send(question: Question, earlier?: Earlier): Promise<Answer>
}

export interface RouterDependencies extends SendingDependencies, StrategyDependencies {
  readonly registry: TargetRegistry
  /** Where calls have to stay, whatever model they ask for. */
  readonly residency: readonly ResidencyRule[]
}

/** Makes routes. One for each configuration version; what it learns of targets stays in the registry. */
export interface Router {
  createRoute(options: RouteOptions): Route
}

/** No demands at all, the usual case. */
const noDemands: readonly Demand[] = []

/** Makes a router; fallbacks find the routes it has made by their names. */
export function createRouter(dependencies: RouterDependencies): Router {
  const steps = new Map<string, Step>()
  const { residency, estimateTokens } = dependencies
  const demandsOf = (question: Question): readonly Demand[] =>
    residency.length === 0 ? noDemands : demandsOn(question, residency, estimateTokens)

  const plain: PlainDependencies = { ...dependencies, demandsOf }

  return {
    createRoute(options) {
      const step = stepOf(options, dependencies)
      // A variant of a model, such as the one for callers that name a provider, does not replace it.
      if (options.isFallback !== false && !steps.has(options.name)) steps.set(options.name, step)
      const order = (): readonly Target[] => step.targets.map(({ target }) => target)
      const sending = sendingOptions(options, step, steps)
      const only = step.targets[0]
      const send = (question: Question, earlier?: Earlier): Promise<Answer> =>
        new Sending(
          question,
          sending,
          { demands: demandsOf(question), earlier },
          dependencies,
        ).run()
      if (only !== undefined && isPlain(options)) {
        const sendPlain: Route['send'] = (question, earlier) =>
          earlier === undefined ? sendToOnly(only, step, question, plain) : send(question, earlier)
        return { name: options.name, order, send: sendPlain }
      }
      return { name: options.name, order, send }
    },
  }
}

/** Tells whether a route has one target and nothing else to decide. */
function isPlain(options: RouteOptions): boolean {
  const { targets, fallbacks = [], retries, rules = [], outer, continues = false } = options
  const isLimited = targets.some(({ limits }) => limits !== undefined)
  const isRuled = rules.length > 0 || outer?.rules !== undefined
  const isSimple = fallbacks.length === 0 && !isRuled && retries.maxRetries === 0
  return targets.length === 1 && isSimple && !isLimited && !continues
}

function stepOf(options: RouteOptions, dependencies: RouterDependencies): Step {
  const { registry, estimateTokens } = dependencies
  const targets = options.targets.map(({ target, name, limits }, index): RoutedTarget => {
    const { provider, model } = target
    const state = registry.stateOf(provider, model, options.isFallback === false)
    return { target, state, index, limits, name, hash: targetHash(provider, model) }
  })
  const { name, rules = [], outer } = options
  const demands = [options.require, outer?.require].filter((each) => each !== undefined)
  const inside = targets.filter(({ target }) => meetsAll(target, demands))
  return {
    name,
    targets,
    inside,
    strategy: createStrategy(options.strategy, dependencies),
    narrow: narrowed([rules, outer?.rules ?? []], inside, estimateTokens),
    demands,
  }
}

/** Leaves the targets that every list of rules leaves. */
function narrowed(
  lists: readonly (readonly TargetRule[])[],
  targets: readonly RoutedTarget[],
  estimateTokens: EstimateTokens,
): Step['narrow'] {
  return lists
    .filter((rules) => rules.length > 0)
    .map((rules) => conditional(rules, targets, estimateTokens))
    .reduce<Step['narrow']>((first, second) => {
      if (first === undefined) return second
      return (question) => {
        const left = second(question)
        return first(question).filter((target) => left.includes(target))
      }
    }, undefined)
}

function sendingOptions(
  options: RouteOptions,
  step: Step,
  steps: ReadonlyMap<string, Step>,
): SendingOptions {
  const { retries, maxAttempts, totalTimeoutMs, hedge, fallbacks = [] } = options
  return {
    step,
    retries,
    maxAttempts,
    totalTimeoutMs,
    hedge,
    continues: options.continues === true,
    holds: options.targets.length > 1 || fallbacks.length > 0 || retries.maxRetries > 0,
    budget: new RetryBudget(retries.budgetRatio, retryReserve),
    // Looked up when they are needed: the models of a configuration may name each other in any order.
    fallbacks: fallbacks.flatMap(({ on, models }): Fallback[] =>
      models.map((model) => ({ on, step: () => steps.get(model) })),
    ),
  }
}

/** Retries that a route may make however few calls it has. */
const retryReserve = 10

interface PlainDependencies extends RouterDependencies {
  readonly demandsOf: (question: Question) => readonly Demand[]
}

/** The usual case, as short as it can be: one target, nothing held back, nothing tried again. */
async function sendToOnly(
  only: RoutedTarget,
  step: Step,
  question: Question,
  dependencies: PlainDependencies,
): Promise<Answer> {
  const demands = dependencies.demandsOf(question)
  if (admitted(step, question, demands).length === 0) {
    throw noAdmissibleTarget([...step.demands, ...demands])
  }
  only.state.bulkhead.enter()
  const options = { reason: undefined, holds: false, attempts: [] }
  const attempt = new Attempt(only, question, options, dependencies)
  const outcome = await attempt.run()
  if (outcome.type === 'answered') return outcome.answer
  if (outcome.answer !== undefined) return outcome.answer
  throw new AttemptsFailed(outcome.error, options.attempts)
}
