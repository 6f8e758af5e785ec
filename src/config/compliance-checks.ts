import { findComplianceProblems } from '../compliance/config.ts'
import type { ComplianceConfig } from '../compliance/config.ts'
import type { CheckProblem } from './checks.ts'

/** Problems with what is looked for: patterns, files, and categories that refer to nothing. */
export function checkCompliance({
  compliance,
}: {
  readonly compliance: ComplianceConfig
}): readonly CheckProblem[] {
  return findComplianceProblems(compliance)
}
