import {
  builtInLabels,
  dryRun,
  hideFound,
  overlayHistory,
  policyPacks,
} from './compliance/index.ts'
import type {
  BarrierSet,
  CategorySet,
  ContactHistory,
  DryRunInput,
  DryRunReport,
  InspectionParts,
  LabelInfo,
  PoliciesConfig,
} from './compliance/index.ts'
import { GatewayError } from './core/errors.ts'
import type { TargetFacts } from './core/facts.ts'
import type { Principal } from './core/principal.ts'

/** Tries content and rules of one configuration version without a call. Nothing of it is sent or recorded. */
export interface DryRuns {
  /**
   * Judges content as a call would be judged.
   * @param policy what is to judge alone, one of `policyNames`; all that is in force when absent
   */
  run(input: DryRunInput, policy?: string): Promise<DryRunReport>
  /** Policies of the configuration, then ready packs: those that have the name of a policy as `pack:gdpr`. */
  readonly policyNames: readonly string[]
  /** What judges, for trying facts instead of content. Its barriers remember for themselves alone. */
  rules(policy?: string): DryRules
  /** Whether calls are inspected at all. */
  readonly isOn: boolean
  /** Returns a text of bounded length without anything that is found in it. */
  hide(text: string): string
}

/** What judges in dry runs. */
export interface DryRules extends Pick<InspectionParts, 'policies' | 'barriers' | 'clock'> {
  /** What may be found, and what labels content may have. */
  readonly findings: readonly (LabelInfo & { readonly isBuiltIn: boolean })[]
  readonly labels: readonly string[]
}

export interface DryRunParts {
  readonly policies: PoliciesConfig
  /** What judges calls. */
  readonly inForce: () => InspectionParts
  readonly partsBy: (policies: PoliciesConfig) => InspectionParts
  readonly barriersWith: (history: ContactHistory) => BarrierSet | undefined
  readonly history: ContactHistory
  readonly content: () => {
    readonly labels: readonly LabelInfo[]
    readonly categories: CategorySet
  }
  readonly isOn: boolean
}

/** Makes the dry runs of a configuration version. What they need beyond that of calls is made when it is asked for. */
export function createDryRuns(parts: DryRunParts): DryRuns {
  const { policies, inForce, partsBy, barriersWith, history, content, isOn } = parts
  const alone = new Map<string, InspectionParts>()
  const own = new Map(policies.map((policy) => [policy.id ?? policy.pack ?? '', policy]))

  function partsOf(name: string): InspectionParts {
    const known = alone.get(name)
    if (known !== undefined) return known
    const made = partsBy([own.get(name) ?? packed(name.replace(/^pack:/, ''))])
    alone.set(name, made)
    return made
  }

  const builtIn = new Set(builtInLabels().map(({ label }) => label))
  // Of a call that tells of several things, what it tells of first counts when it comes to the second.
  const barriers = (): BarrierSet | undefined => barriersWith(overlayHistory(history))

  return {
    isOn,
    policyNames: [...own.keys(), ...policyPacks.map(({ id }) => (own.has(id) ? `pack:${id}` : id))],
    hide: (text) => hideFound(text, inForce().finders),
    async run(input, policy) {
      const given = policy === undefined ? inForce() : partsOf(policy)
      return dryRun(input, { ...given, barriers: barriers() })
    },
    rules(policy) {
      const { labels, categories } = content()
      const { policies: compiled, clock } = policy === undefined ? inForce() : partsOf(policy)
      return {
        policies: compiled,
        barriers: barriers(),
        clock,
        findings: labels.map((info) => ({ ...info, isBuiltIn: builtIn.has(info.label) })),
        labels: categories.labels,
      }
    },
  }
}

/** The policy that is a ready pack and nothing else. */
function packed(pack: string): PoliciesConfig[number] {
  return {
    pack,
    mode: 'enforce',
    default: 'allow',
    minScore: 0.5,
    rules: [],
    overrides: {},
    cases: [],
  }
}

/** Somebody who may ask for every model. */
const anybody: Principal = {
  id: '',
  kind: 'service',
  tenant: '',
  groups: [],
  authenticatedBy: 'dry-run',
  models: ['*'],
}

/** A catalogue of models, as far as a dry run asks it. */
interface Models {
  resolve(asked: { readonly name: string; readonly principal: Principal }): {
    readonly offer: { order(): readonly TargetFacts[] }
  }
}

/** Returns where calls for a model go, by the name that callers use; `undefined` where there is no such model. */
export function targetsNamed(models: Models, name: string): readonly TargetFacts[] | undefined {
  try {
    const { offer } = models.resolve({ name, principal: anybody })
    return offer.order().map(({ provider, model, region, perimeter }) => ({
      provider,
      model,
      ...(region !== undefined && { region }),
      ...(perimeter !== undefined && { perimeter }),
    }))
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'model_not_found') return undefined
    throw error
  }
}

/** Makes something when it is first asked for, once. */
export function once<T>(make: () => T): Once<T> {
  let made: { readonly value: T } | undefined
  return Object.assign(() => (made ??= { value: make() }).value, {
    isDone: () => made !== undefined,
  })
}

/** Something that is made when it is first asked for. */
export interface Once<T> {
  (): T
  isDone(): boolean
}
