import { matchesPattern } from '../../core/patterns.ts'
import type { PrincipalFacts } from '../../core/facts.ts'
import type { MembersConfig } from './config.ts'

/** Names and patterns of names, compiled: a look-up, and a walk through the patterns that have a star. */
export interface NameSet {
  has(name: string): boolean
}

/** Compiles names in which `*` stands for any characters. */
export function compileNames(patterns: readonly string[]): NameSet {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const open = patterns.filter((pattern) => pattern.includes('*'))
  if (open.length === 0) return exact
  // Most patterns are a beginning: `deal:*`.
  const isBeginning = (pattern: string): boolean => pattern.indexOf('*') === pattern.length - 1
  const beginnings = open.filter(isBeginning).map((pattern) => pattern.slice(0, -1))
  const others = open.filter((pattern) => !isBeginning(pattern))
  return {
    has(name) {
      if (exact.has(name)) return true
      for (const beginning of beginnings) if (name.startsWith(beginning)) return true
      for (const pattern of others) if (matchesPattern(pattern, name)) return true
      return false
    },
  }
}

/** Tells whether someone belongs to a set of users, groups and departments. */
export type IsMember = (principal: PrincipalFacts) => boolean

/** Compiles who belongs somewhere; nobody does where nothing is named. */
export function compileMembers(config: MembersConfig | undefined): IsMember {
  if (config === undefined) return () => false
  const [users, groups, departments] = [config.users, config.groups, config.departments].map(
    (names) => (names.length === 0 ? undefined : compileNames(names)),
  )
  const tenants = config.tenants && compileNames(config.tenants)
  return ({ id, department, groups: own, tenant }) => {
    if (tenants !== undefined && !tenants.has(tenant)) return false
    if (users?.has(id) === true) return true
    if (department !== undefined && departments?.has(department) === true) return true
    if (groups === undefined) return false
    for (const group of own) if (groups.has(group)) return true
    return false
  }
}
