import type { SourceLines } from './excerpt.ts'
import { excerptOf } from './excerpt.ts'
import { createHider, isShowableKey } from './mask.ts'
import type { Path, Problem } from './problem.ts'
import { ConfigError, formatPath } from './problem.ts'
import type { Shape } from './shape.ts'
import type { Fault, Source } from './source.ts'

/** The file a report is about. */
export interface Report {
  readonly path: string
  readonly source: Source
  readonly lines: SourceLines
  readonly shape: Shape
}

/** Renders faults as the problems of a `ConfigError`, in the order of the file. */
export function toError(
  report: Report,
  faults: readonly Fault[],
  files: readonly string[],
): ConfigError {
  const { path, source, lines, shape } = report
  const hiddenIn = createHider(source, lines, shape)
  const problems = new Map<string, Problem>()
  for (const fault of faults.toSorted((a, b) => a.span.start - b.span.start).slice(0, 200)) {
    const position = lines.positionOf(fault.span.start)
    const problem = {
      ...position,
      path: formatPath(shownPath(fault.path, report)),
      message: fault.message,
      ...(fault.hint === undefined ? {} : { hint: fault.hint }),
      excerpt: excerptOf(lines, fault.span, hiddenIn(position.line)),
    }
    problems.set(JSON.stringify(problem), problem)
  }
  return new ConfigError(path, [...problems.values()], files)
}

function shownPath(path: Path, { source, shape }: Report): Path {
  return path.map((step, index) =>
    isShowableKey(path.slice(0, index + 1), source, shape) ? step : '…',
  )
}
