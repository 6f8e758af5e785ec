import type { RiskTier } from '../../core/facts.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { matchesPattern } from '../../core/patterns.ts'
import { judgeArguments } from './arguments-tier.ts'
import type { ArgumentLimits } from './arguments-tier.ts'
import { higher, judgeName } from './name-tier.ts'
import type { Judgement, NameJudgement } from './name-tier.ts'
import { irreversibleVerbs } from './verbs.ts'
import { wordsOf } from './words.ts'

/** A tool as it is offered or called. */
export interface RatedTool {
  readonly name: string
  readonly description?: string | undefined
  /** Parsed, or as JSON text, or as the text the tool takes; absent for a tool that is only offered. */
  readonly arguments?: JsonValue | undefined
  /** MCP's hints (`readOnlyHint`, `destructiveHint`, `idempotentHint`, `openWorldHint`): whoever wrote the tool says so. */
  readonly annotations?: JsonObject | undefined
}

/** What an administrator says about tools. */
export interface ToolSettings extends ArgumentLimits {
  /** Tiers by name or pattern such as `crm_*`; they win over everything else. */
  readonly tiers: readonly { readonly tool: string; readonly tier: RiskTier }[]
}

/** Settings of somebody who has said nothing. */
export const noToolSettings: ToolSettings = { tiers: [] }

/**
 * Tells how far what a tool does can be undone: T1 wholly (it only reads), T2 in part, T3 not at all. The name
 * decides, in whole words; arguments can only raise, hints raise, and lower only where the name agrees. What
 * nothing is known about is T2. Of several patterns of an administrator the longest wins, then the higher tier.
 */
export function tierOf(tool: RatedTool, settings: ToolSettings = noToolSettings): Judgement {
  const { name } = tool
  const set = settingFor(name, settings)
  if (set !== undefined)
    return { tier: set.tier, why: `the administrator says so of '${set.tool}'` }
  const named = judgeName(name)
  const hinted = hint(describe(named, tool.description), named, tool.annotations ?? {})
  const judged = judgeArguments(tool.arguments, { name, limits: settings })
  const { tier, why } = judged.reduce<Judgement>(higher, hinted)
  return { tier, why }
}

function settingFor(
  name: string,
  { tiers }: ToolSettings,
): ToolSettings['tiers'][number] | undefined {
  const matching = tiers.filter(({ tool }) => matchesPattern(tool, name))
  return matching.reduce<ToolSettings['tiers'][number] | undefined>((best, each) => {
    if (best === undefined) return each
    const longer = lengthOf(each.tool) - lengthOf(best.tool)
    return longer > 0 || (longer === 0 && each.tier > best.tier) ? each : best
  }, undefined)
}

function lengthOf(pattern: string): number {
  return pattern.replaceAll('*', '').length
}

/** A description can only raise: `Permanently deletes …` says what a harmless name does not. */
function describe(named: NameJudgement, description = ''): Judgement {
  const words = wordsOf(description).slice(0, 12)
  const verb = words.find((word) => irreversibleVerbs.has(word.replace(/(?<=[^s])s$/, '')))
  const isFinal = words.some((word) => word.startsWith('irreversibl') || word === 'permanently')
  if (verb === undefined && !isFinal) return named
  if (named.tier === 'T1' && !isFinal) return named
  if (named.tier !== 'T1' && !named.isUnknown && !isFinal) return named
  const why = `its description says '${verb ?? 'permanently'}'`
  return higher(named, { tier: named.tier === 'T1' ? 'T2' : 'T3', why })
}

/** Hints are words of whoever made the tool: believed where they warn, and checked where they calm. */
function hint(judged: Judgement, named: NameJudgement, hints: JsonObject): Judgement {
  const readOnly = hints['readOnlyHint']
  if (hints['destructiveHint'] === true && readOnly !== true) {
    const tier = judged.tier === 'T1' ? 'T2' : 'T3'
    return higher(judged, { tier, why: 'it says of itself that it destroys' })
  }
  if (readOnly === false) {
    return higher(judged, { tier: 'T2', why: 'it says of itself that it writes' })
  }
  if (readOnly !== true && hints['openWorldHint'] === true && hints['idempotentHint'] !== true) {
    return higher(judged, { tier: 'T2', why: 'it says of itself that it acts outside' })
  }
  if (readOnly === true && judged.tier === 'T2' && named.reads) {
    return { tier: 'T1', why: 'its name and its own word say that it only reads' }
  }
  return judged
}
