import { nearest } from '../../core/nearest.ts'
import { policyPacks } from './packs/index.ts'
import type { PolicyPack } from './packs/index.ts'
import { hundredthsOf } from './rule.ts'
import type { PolicyFrame, PolicyPath, PolicyProblem, PolicyRule } from './rule.ts'
import type { OverrideConfig, PoliciesConfig, PolicyConfig, RuleConfig } from './schema.ts'

/** Policies written out: packs and overrides put in. */
export interface ExpandedPolicies {
  readonly frames: readonly PolicyFrame[]
  readonly rules: readonly PolicyRule[]
  /** What is wrong with the writing out itself: unknown packs, names given twice. */
  readonly problems: readonly PolicyProblem[]
}

/** Writes policies out. Pure; what cannot be written out is a problem and left out. */
export function expandPolicies(policies: PoliciesConfig): ExpandedPolicies {
  const frames: PolicyFrame[] = []
  const rules: PolicyRule[] = []
  const problems: PolicyProblem[] = []
  const seen = new Map<string, number>()
  for (const [index, policy] of policies.entries()) {
    const path: PolicyPath = ['policies', index]
    const pack = packOf(policy, path, problems)
    const id = policy.id ?? pack?.id
    if (id === undefined) continue
    const first = seen.get(id)
    if (first !== undefined) {
      const message = `duplicate policy '${id}', first at policies[${first}]`
      const at = policy.id === undefined ? 'pack' : 'id'
      problems.push({ path: [...path, at], message, hint: 'give this one an id of its own' })
      continue
    }
    seen.set(id, index)
    const frame = frameOf(policy, id, path)
    frames.push(frame)
    const packed = packedRules(policy, pack, frame, problems)
    rules.push(...packed, ...ownRules(policy, frame, packed, problems))
  }
  return { frames, rules, problems }
}

function packOf(
  policy: PolicyConfig,
  path: PolicyPath,
  problems: PolicyProblem[],
): PolicyPack | undefined {
  const names = policyPacks.map(({ id }) => id)
  if (policy.pack === undefined) {
    if (policy.id === undefined) {
      problems.push({
        path,
        message: 'the policy has no name',
        hint: `give it an id, or a pack: ${names.join(', ')}`,
      })
    } else if (policy.rules.length === 0 && policy.default === 'allow') {
      problems.push({ path, message: 'the policy says nothing', hint: 'give it rules or a pack' })
    }
    const [override] = Object.keys(policy.overrides)
    if (override !== undefined) {
      const message = 'only rules of a pack can be overridden'
      problems.push({ path: [...path, 'overrides', override], message, hint: 'name the pack' })
    }
    return undefined
  }
  const pack = policyPacks.find(({ id }) => id === policy.pack)
  if (pack === undefined) {
    const close = nearest(policy.pack, names)
    const hint = close === undefined ? `known: ${names.join(', ')}` : `did you mean '${close}'?`
    problems.push({ path: [...path, 'pack'], message: `unknown pack '${policy.pack}'`, hint })
  }
  return pack
}

function frameOf(policy: PolicyConfig, id: string, path: PolicyPath): PolicyFrame {
  return {
    id,
    path,
    isShadow: policy.mode === 'shadow',
    isClosed: policy.default === 'block',
    who: policy.who === undefined ? [] : [policy.who],
    windowSize: policy.windowSize,
    sharing: policy.sharing,
  }
}

/** Rules of the pack, as overrides leave them. */
function packedRules(
  policy: PolicyConfig,
  pack: PolicyPack | undefined,
  frame: PolicyFrame,
  problems: PolicyProblem[],
): PolicyRule[] {
  if (pack === undefined) return []
  const names = pack.rules.map(({ id }) => id)
  for (const name of Object.keys(policy.overrides)) {
    if (names.includes(name)) continue
    const close = nearest(name, names)
    const hint =
      close === undefined ? `rules of it: ${names.join(', ')}` : `did you mean '${close}'?`
    const message = `the pack '${pack.id}' has no rule '${name}'`
    problems.push({ path: [...frame.path, 'overrides', name], message, hint })
  }
  return pack.rules.flatMap((rule) => {
    const override = Object.hasOwn(policy.overrides, rule.id)
      ? policy.overrides[rule.id]
      : undefined
    if (override?.off === true) return []
    const tail = override === undefined ? ['pack'] : ['overrides', rule.id]
    const path = [...frame.path, ...tail]
    const changed = override === undefined ? rule : overridden(rule, override)
    return [
      writtenOut(changed, policy, frame, {
        path,
        isFromPack: true,
        written: override ?? {},
      }),
    ]
  })
}

function overridden(rule: RuleConfig, override: OverrideConfig): RuleConfig {
  const said = Object.entries(override).filter(
    ([name, value]) => name !== 'off' && value !== undefined,
  )
  const what = { ...rule.what, ...override.what }
  const changed = { ...rule, ...Object.fromEntries(said), what }
  // Another action has no use for where the old one would have sent calls.
  return changed.action === 'route' || override.route !== undefined
    ? changed
    : { ...changed, route: undefined }
}

function ownRules(
  policy: PolicyConfig,
  frame: PolicyFrame,
  packed: readonly PolicyRule[],
  problems: PolicyProblem[],
): PolicyRule[] {
  const seen = new Map<string, string>(packed.map(({ id }) => [id, 'in the pack']))
  return policy.rules.flatMap((rule, index) => {
    const path = [...frame.path, 'rules', index]
    const written = writtenOut(rule, policy, frame, {
      path,
      isFromPack: false,
      written: rule,
    })
    const first = seen.get(written.id)
    if (first !== undefined) {
      const message = `duplicate rule '${rule.id}', first ${first}`
      const hint = first === 'in the pack' ? 'change that one in overrides' : 'rename one of them'
      problems.push({ path: [...path, 'id'], message, hint })
      return []
    }
    seen.set(written.id, `at policies[${String(frame.path[1])}].rules[${index}]`)
    return [written]
  })
}

function writtenOut(
  rule: RuleConfig,
  policy: PolicyConfig,
  frame: PolicyFrame,
  origin: Pick<PolicyRule, 'path' | 'isFromPack' | 'written'>,
): PolicyRule {
  const { what = {}, who, shadow, id, ...rest } = rule
  return {
    ...rest,
    ...origin,
    id: `${frame.id}/${id}`,
    policy: frame.id,
    isShadow: frame.isShadow || shadow === true,
    who: who === undefined ? frame.who : [...frame.who, who],
    what,
    minHundredths: hundredthsOf(what.minScore ?? policy.minScore),
  }
}
