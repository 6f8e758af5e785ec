import type { PolicyFacts, ToolFact } from '../../core/facts.ts'
import type { Finders } from './finders.ts'
import { hideFound } from './hide.ts'

/** Longest name of a tool or title of a document that is recorded, in UTF-16 code units. */
const maxNameLength = 256
/** Letters and marks alone are names such as `send_mail`: no value that anybody looks for. */
const plainName = /^[A-Za-z_.:-]{0,64}$/

/**
 * Returns facts as they may be recorded: titles of documents and names of tools are written by callers and
 * models, and what is found in them is content like any other.
 */
export function recordableFacts(facts: PolicyFacts, finders: Finders): PolicyFacts {
  const { observations, tools } = facts
  if (observations.every(isPlain) && tools.every(({ name }) => plainName.test(name))) return facts
  const known = new Map<string, string>()
  const hide = (name: string): string => {
    if (plainName.test(name)) return name
    const hidden = known.get(name) ?? hideFound(name.slice(0, maxNameLength), finders)
    known.set(name, hidden)
    return hidden
  }
  return {
    ...facts,
    observations: observations.map((each) =>
      each.source === undefined ? each : { ...each, source: hide(each.source) },
    ),
    tools: tools.map((tool): ToolFact => ({ ...tool, name: hide(tool.name) })),
  }
}

function isPlain({ source }: PolicyFacts['observations'][number]): boolean {
  return source === undefined || plainName.test(source)
}
