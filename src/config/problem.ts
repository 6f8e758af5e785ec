/** Where a value stands in a document: keys and list positions from the top. */
export type Path = readonly (string | number)[]

/** One thing wrong with a configuration file, placed for an editor to jump to. Never holds a secret. */
export interface Problem {
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 code units. */
  readonly column: number
  /** Such as `models[1].targets[0].provider`; empty for the whole file. */
  readonly path: string
  readonly message: string
  /** How to fix it, when that is known. */
  readonly hint?: string
  /** The source line with a caret below it; secrets in it are hidden. */
  readonly excerpt?: string
}

const shownProblems = 50

/** A configuration that cannot be used. `message` is the full report in the form compilers use. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The file as the operator named it. */
  readonly file: string
  readonly problems: readonly Problem[]
  /** Files that were looked at; a change to any of them may cure the problem. */
  readonly files: readonly string[]

  constructor(file: string, problems: readonly Problem[], files: readonly string[] = []) {
    super(renderProblems(file, problems))
    this.file = file
    this.problems = problems
    this.files = files
  }
}

/** Renders problems one after another as `file:line:column path: message; hint` with the source line. */
export function renderProblems(file: string, problems: readonly Problem[]): string {
  const shown = problems.slice(0, shownProblems).map((problem) => renderProblem(file, problem))
  const rest = problems.length - shown.length
  if (rest > 0) shown.push(`… and ${rest} more`)
  return shown.join('\n')
}

/** Writes a path the way people do: `models[1].targets[0].provider`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else if (/^[A-Za-z_$][\w$-]{0,63}$/.test(step)) text += text === '' ? step : `.${step}`
    else text += `[${JSON.stringify(printable(step))}]`
  }
  return text
}

/**
 * Tells whether a key looks like one. Where a colon or a comma is missing, a key swallows the value
 * behind it, secret or not, so other keys are not repeated in messages.
 */
export function looksLikeKey(name: string): boolean {
  return /^[\w.$@*/+-]{1,40}$/.test(name)
}

/** Identifies a path in maps. */
export function pathKey(path: Path): string {
  return JSON.stringify(path)
}

/** Quotes a name from a file for a message: at most 64 characters, nothing a terminal would obey. */
export function quoted(name: string): string {
  return `'${printable(name)}'`
}

/** Replaces control and direction characters, so that text from a file cannot steer a terminal. */
export function printable(text: string): string {
  const safe = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
  return safe.length > 64 ? `${safe.slice(0, 63)}…` : safe
}

function renderProblem(file: string, problem: Problem): string {
  const place = `${file}:${problem.line}:${problem.column}`
  const what = problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`
  const hint = problem.hint === undefined ? '' : `; ${problem.hint}`
  const excerpt = problem.excerpt === undefined ? '' : `\n${problem.excerpt}`
  return `${place} ${what}${hint}${excerpt}`
}
