/**
 * One automaton for all formats of all detectors. A format is a finite pattern over classes of characters, so
 * the walk from a place ends after the longest format at the latest, whatever the text is.
 */

const classCharacters = [' ', '-', '.', '/', ':', '+', '*', '_', '(', ')', ','] as const

const digitClass = 1
const letterClass = 2
const firstLiteralClass = 3
const classCount = 16

/** Class of each ASCII character; 0 for those no format knows. */
export const characterClasses: Readonly<Uint8Array> = buildClasses()

/** The formats of all detectors as one deterministic automaton. */
export interface FormatAutomaton {
  /** Follow-up state of `state * 16 + class`; 0 means that no format goes on. */
  readonly next: Readonly<Int32Array>
  /** For each state the formats that are complete there; absent for most. */
  readonly complete: readonly (readonly number[] | undefined)[]
  readonly start: number
}

type Step = readonly number[]

/**
 * Compiles formats; `owners[i]` is what a completed `formats[i]` reports.
 *
 * @throws {Error} when a format cannot be read.
 */
export function compileFormats(
  formats: readonly { readonly format: string; readonly owner: number }[],
): FormatAutomaton {
  const paths = formats.flatMap(({ format, owner }) =>
    expand(format).map((steps) => ({ steps, owner })),
  )
  const next: number[] = Array.from({ length: classCount * 2 }, () => 0)
  const complete: (number[] | undefined)[] = [undefined, undefined]
  const known = new Map<string, number>()
  // A state is the set of paths still alive at one depth.
  const pending = [{ state: 1, depth: 0, alive: paths.map((_, index) => index) }]
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    for (let characterClass = 1; characterClass < classCount; characterClass++) {
      const alive = entry.alive.filter((index) =>
        paths[index]?.steps[entry.depth]?.includes(characterClass),
      )
      if (alive.length === 0) continue
      const depth = entry.depth + 1
      const key = `${depth}:${alive.join()}`
      let state = known.get(key)
      if (state === undefined) {
        state = complete.length
        known.set(key, state)
        const done = alive.filter((index) => paths[index]?.steps.length === depth)
        const owners = [...new Set(done.map((index) => paths[index]?.owner ?? 0))]
        complete.push(owners.length > 0 ? owners : undefined)
        for (let i = 0; i < classCount; i++) next.push(0)
        pending.push({ state, depth, alive })
      }
      next[entry.state * classCount + characterClass] = state
    }
  }
  return { next: Int32Array.from(next), complete, start: 1 }
}

/** Writes a format with each of the separators in place of its hyphens: `grouped('99-9')` is `99-9`, `99 9`, `999`. */
export function grouped(format: string, separators: readonly string[] = ['-', ' ', '']): string[] {
  return separators.map((separator) => format.replaceAll('-', separator))
}

/** All sequences of steps that a format with repeats stands for. */
function expand(format: string): Step[][] {
  let paths: Step[][] = [[]]
  for (let i = 0; i < format.length; i++) {
    const step = stepOf(format.charAt(i), format)
    let [least, most] = [1, 1]
    if (format.charAt(i + 1) === '{') {
      const close = format.indexOf('}', i)
      const [from, to] = format.slice(i + 2, close).split(',')
      least = Number(from)
      most = Number(to ?? from)
      i = close
    }
    paths = paths.flatMap((path) =>
      Array.from({ length: most - least + 1 }, (_, more) => [
        ...path,
        ...Array.from({ length: least + more }, () => step),
      ]),
    )
  }
  return paths
}

function stepOf(character: string, format: string): Step {
  if (character === '9') return [digitClass]
  if (character === 'A') return [letterClass]
  if (character === 'N') return [digitClass, letterClass]
  const literal = classCharacters.findIndex((known) => known === character)
  if (literal < 0) throw new Error(`format ${format}: ${character} is no part of a format`)
  return [firstLiteralClass + literal]
}

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(128)
  for (let code = 48; code < 58; code++) classes[code] = digitClass
  for (let code = 65; code < 91; code++) classes[code] = classes[code + 32] = letterClass
  classCharacters.forEach((character, index) => {
    classes[character.charCodeAt(0)] = firstLiteralClass + index
  })
  return classes
}
