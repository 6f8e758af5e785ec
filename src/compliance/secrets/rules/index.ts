import type { TokenRule } from '../rule.ts'
import { messagingRules, paymentRules } from './business.ts'
import { cloudRules } from './cloud.ts'
import { developerRules } from './developer.ts'
import { modelRules } from './models.ts'

/** All rules for tokens that are known by how they begin. */
export const tokenRules: readonly TokenRule[] = [
  ...cloudRules,
  ...developerRules,
  ...modelRules,
  ...paymentRules,
  ...messagingRules,
]
