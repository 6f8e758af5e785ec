import { readFileSync, statSync } from 'node:fs'
import { checkCategories } from './categories/index.ts'
import type { ComplianceConfig } from './config.ts'
import type { LabelInfo } from './inspect/index.ts'
import { builtInLabels } from './inspect/index.ts'
import { createPatternCompiler, PatternError } from './patterns/index.ts'

/** Something wrong with the `compliance` section: where, what, and how it is cured. */
export interface ComplianceProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint?: string
}

/**
 * Tells what is wrong with what is looked for: patterns that cannot be matched in linear time, files that are
 * not there, categories that refer to nothing. What stands in dictionaries and tables is read when they are put
 * in force.
 */
export function findComplianceProblems(config: ComplianceConfig): readonly ComplianceProblem[] {
  const { patterns, dictionaries, exactData, categories } = config
  return [
    ...patternProblems(patterns),
    ...excludedProblems(config),
    ...fileProblems('dictionaries', dictionaries, 'Put the file there, or correct the setting.'),
    ...fileProblems('exactData', exactData, 'Make it with smartflow exact-data hash.'),
    ...checkCategories(categories, { labels: labelsOf(config), readFile: readFileSync }),
  ]
}

/** Every label that findings can have with a configuration. */
export function labelsOf({
  excludeDetectors,
  patterns,
  dictionaries,
  exactData,
}: ComplianceConfig): readonly LabelInfo[] {
  const labelled =
    (prefix: string) =>
    (entry: { name: string; label?: string | undefined; category: string }): LabelInfo => ({
      label: entry.label ?? `${prefix}:${entry.name}`,
      category: entry.category,
    })
  return [
    ...builtInLabels().filter(({ label }) => !excludeDetectors.includes(label)),
    ...patterns.map(labelled('custom')),
    ...dictionaries.map(labelled('dictionary')),
    ...exactData.map(labelled('exact')),
  ]
}

function patternProblems(patterns: ComplianceConfig['patterns']): ComplianceProblem[] {
  const compiler = createPatternCompiler()
  return patterns.flatMap(({ pattern, flags }, index) => {
    try {
      compiler.check({ pattern, flags })
      return []
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      const { message, cure } = error
      const problem = message.endsWith(cure) ? message.slice(0, -cure.length).trim() : message
      const path = ['compliance', 'patterns', index, 'pattern']
      return [{ path, message: problem.replace(/\.$/, ''), hint: cure }]
    }
  })
}

function excludedProblems({ excludeDetectors }: ComplianceConfig): ComplianceProblem[] {
  const known = new Set(builtInLabels().map(({ label }) => label))
  return excludeDetectors.flatMap((label, index) =>
    known.has(label)
      ? []
      : [
          {
            path: ['compliance', 'excludeDetectors', index],
            message: `no built-in detector is called '${label}'`,
          },
        ],
  )
}

function fileProblems(
  section: string,
  entries: readonly { readonly file: string }[],
  hint: string,
): ComplianceProblem[] {
  return entries.flatMap(({ file }, index) => {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return []
    const path = ['compliance', section, index, 'file']
    return [{ path, message: `there is no file '${file}'`, hint }]
  })
}
