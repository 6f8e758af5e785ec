import type { DryRunInput, DryRunReport, LabelInfo } from '../compliance/index.ts'
import type { PrincipalFacts, TargetFacts } from '../core/facts.ts'

/** The compliance of the configuration in force, as administrators try it. */
export interface ComplianceInForce {
  readonly dryRuns: {
    run(input: DryRunInput, policy?: string): Promise<DryRunReport>
    readonly policyNames: readonly string[]
    readonly isOn: boolean
    hide(text: string): string
    rules(): ComplianceRules
  }
  /** Where calls for a model go; `undefined` where there is no such model. */
  targetsOf(model: string): readonly TargetFacts[] | undefined
}

/** What judges, as far as it is shown. */
export interface ComplianceRules {
  readonly policies: { readonly version: string }
  readonly findings: readonly (LabelInfo & { readonly isBuiltIn: boolean })[]
  readonly labels: readonly string[]
}

/** A virtual key whose caller somebody may be taken for. */
export interface TriedKey {
  readonly name: string
  readonly id?: string | undefined
  readonly user: string
  readonly kind: PrincipalFacts['kind']
  readonly tenant: string
  readonly department?: string | undefined
  readonly groups: readonly string[]
  readonly roles?: readonly string[] | undefined
  readonly tier?: string | undefined
  readonly product?: string | undefined
}

/** Compliance as administrators try it and report on it. */
export interface ComplianceAdministration {
  /** What is in force, for looking; it may end at the next `await`. */
  readonly current: () => ComplianceInForce
  /** Uses what is in force, which stays until that has ended. */
  readonly use: <T>(work: (inForce: ComplianceInForce) => Promise<T>) => Promise<T>
  readonly keys: () => readonly TriedKey[]
  /** Names of the formats of clients. */
  readonly formats: readonly string[]
  /** Largest body of a request to try content. */
  readonly maxBodyBytes: () => number
  readonly newScanId: () => string
}
