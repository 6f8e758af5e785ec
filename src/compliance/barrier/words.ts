import type { RuleStatement } from '../../core/facts.ts'
import type { Conflict } from './compile.ts'
import type { LabelContact, Rival, SideVerdict } from './judge.ts'

/** Says in words for the user what a side of a wall says; nothing where it is the user's own side. */
export function stateSide(verdict: SideVerdict, contact: LabelContact): RuleStatement | undefined {
  const { wall, ground } = verdict
  if (ground?.by === 'side') return undefined
  if (ground !== undefined) {
    const words = `You may ${contact.direction} the category '${contact.label}' across the wall '${wall.name}': ${groundWords[ground.by]}.`
    return { ruleId: wall.ruleId, action: 'allow', words }
  }
  const words = wall.words ?? `${refusalOf(contact)}: ${whyClosed(verdict)}.`
  return { ruleId: wall.ruleId, action: 'block', words }
}

/** Says in words for the user that a conflict of interest stands against a label. */
export function stateConflict(
  conflict: Conflict,
  rival: Rival,
  contact: LabelContact,
): RuleStatement {
  const other =
    rival.seen === undefined ? 'something else in this call' : 'what you have seen before'
  const words =
    conflict.words ??
    `${refusalOf(contact)}: it is in a conflict of interest ('${conflict.name}') with ${other}.`
  return { ruleId: conflict.ruleId, action: 'block', words }
}

/** Puts statements in order and leaves each out that was made before. */
export function inOrder(statements: readonly RuleStatement[]): readonly RuleStatement[] {
  const byText = new Map(
    statements.map((each) => [`${each.ruleId}\n${each.action}\n${each.words}`, each] as const),
  )
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, statement]) => statement)
}

const groundWords = {
  above: 'you are above it',
  rule: 'one of its rules permits it',
  clearance: 'you are cleared for it',
  crossing: 'you were given leave to cross it for a while',
}

function refusalOf({ direction, label }: LabelContact): string {
  return `You may not ${direction} content of the category '${label}'`
}

function whyClosed({ wall, side, own }: SideVerdict): string {
  const [first, second] = own
  if (first === undefined) return `you are on no side of the wall '${wall.name}'`
  if (second !== undefined) {
    return `you are on more than one side of the wall '${wall.name}', so none of them counts`
  }
  return `it belongs to the side '${side.name}' of the wall '${wall.name}', and you are on '${first.name}'`
}
