import { createKeywordAutomaton } from '../keywords/index.ts'
import { flat } from '../text/flat.ts'
import { readAssignment } from './assignment.ts'
import { judgeCredential } from './credential.ts'
import { findPemKey, findPuttyKey } from './private-keys.ts'
import { isPublished } from './published.ts'
import type { SecretSighting, TokenRule } from './rule.ts'
import { findCommandPassword, findKubernetesSecret } from './settings.ts'
import { compileTokenRules } from './token.ts'
import { createVendorJudge } from './vendors.ts'
import { findJsonWebToken, findUrlPassword } from './web-tokens.ts'

/** Finds secrets of all kinds in one pass over a text. */
export interface SecretScanner {
  /**
   * Returns what was seen in the order of the text, without overlaps; secrets published as examples are left
   * out. Asked about a part, it tells at least what begins in it.
   */
  scan(text: string, part?: TextPart): readonly SecretSighting[]
}

/** A part of a text that one asks about, in UTF-16 code units. */
interface TextPart {
  readonly from: number
  readonly to: number
}

/** How far around a part keywords are looked at: longer before it, for what is only recognised by its end. */
const margin = { before: 256, after: 48 } as const

const nothing: readonly SecretSighting[] = []

/** What one scan remembers, so that text that repeats a keyword is not read again for each repetition. */
interface ScanState {
  /** End of the last value that was judged, and how many assignments inside of it were. */
  valueEnd: number
  nested: number
  /** End of the last YAML document that was searched. */
  documentEnd: number
}

/** Looks at one place where a keyword was found. */
type Verifier = (
  text: string,
  start: number,
  end: number,
  state: ScanState,
) => Iterable<SecretSighting>

/** Assignments within one assigned value, as in a query string, that are judged by themselves. */
const maxNestedAssignments = 3

const assignmentKeywords = [
  'token',
  'secret',
  'key',
  'pass',
  'pwd',
  'credential',
  'auth',
  'login',
  'contribsys',
  'bearer',
  'kennwort',
  'contrase',
  'senha',
  'wachtwoord',
  'parola',
  'salasana',
  'losenord',
  'lösenord',
  'adgangskode',
  'heslo',
  'clave',
  'client_srt',
  'creds',
  '_sas',
  '_pat',
  'hasło',
  'haslo',
]

/**
 * Builds a scanner of the given rules for tokens and of keys, web tokens, addresses, settings and assignments.
 * One automaton finds where any of them may begin; each place is then looked at once, in bounded time.
 */
export function createSecretScanner(rules: readonly TokenRule[]): SecretScanner {
  const keywords: string[] = []
  const verifiers: Verifier[] = []
  const add = (keyword: string, verifier: Verifier): void => {
    keywords.push(keyword)
    verifiers.push(verifier)
  }
  for (const { prefix, verify } of compileTokenRules(rules)) add(prefix, verify)
  add(
    '-----begin ',
    one((text, start) => findPemKey(text, start)),
  )
  add(
    '---- begin ',
    one((text, start) => findPemKey(text, start)),
  )
  add(
    'putty-user-key-file-',
    one((text, start) => findPuttyKey(text, start)),
  )
  for (const start of ['eyj', 'eya', 'eyk', 'zxlk']) add(start, atWordStart(findJsonWebToken))
  add(
    '://',
    one((text, _start, end) => findUrlPassword(text, end)),
  )
  add('kind:', findKubernetesSecretOnce)
  add(
    ' -u',
    one((text, _start, end) => findCommandPassword(text, end)),
  )
  add(
    '--user',
    one((text, _start, end) => findCommandPassword(text, end)),
  )
  const assignments = createAssignmentVerifier()
  for (const keyword of assignmentKeywords) add(keyword, assignments)
  const automaton = createKeywordAutomaton(keywords)
  const longest = Math.max(...keywords.map(({ length }) => length))
  return {
    scan(text, part) {
      const from = part === undefined ? 0 : part.from - margin.before
      const to = part === undefined ? text.length : part.to + margin.after
      let found: SecretSighting[] | undefined
      let state: ScanState | undefined
      const look = (keyword: number, start: number, end: number): void => {
        if (start < from || start > to) return
        state ??= { valueEnd: 0, nested: 0, documentEnd: 0 }
        for (const sighting of verifiers[keyword]?.(text, start, end, state) ?? nothing) {
          found ??= []
          found.push(sighting)
        }
      }
      automaton.scan(flat(text), look, to + longest)
      return found === undefined ? nothing : settle(text, found)
    },
  }
}

function one(
  find: (text: string, start: number, end: number) => SecretSighting | undefined,
): Verifier {
  return (text, start, end) => {
    const sighting = find(text, start, end)
    return sighting === undefined ? nothing : [sighting]
  }
}

function atWordStart(find: (text: string, at: number) => SecretSighting | undefined): Verifier {
  return one((text, start) =>
    /[\w.-]/.test(text[start - 1] ?? ' ') && !isEscape(text, start) ? undefined : find(text, start),
  )
}

/** Tells whether the letter before belongs to an escaped line end, as in JSON inside of JSON. */
function isEscape(text: string, start: number): boolean {
  return text[start - 2] === '\\' && /[nrt"']/.test(text[start - 1] ?? '')
}

function* findKubernetesSecretOnce(
  text: string,
  start: number,
  _end: number,
  state: ScanState,
): Generator<SecretSighting> {
  if (start < state.documentEnd) return
  const document = findKubernetesSecret(text, start)
  if (document === undefined) return
  state.documentEnd = document.end
  yield* document.sightings
}

function createAssignmentVerifier(): Verifier {
  const fits = createVendorJudge()
  return (text, start, end, state) => {
    const isNested = start < state.valueEnd
    if (isNested && state.nested >= maxNestedAssignments) return nothing
    const assignment = readAssignment(text, start, end)
    if (assignment === undefined) return nothing
    state.nested = isNested ? state.nested + 1 : 0
    state.valueEnd = Math.max(state.valueEnd, assignment.end)
    const verdict = judgeCredential(assignment, fits)
    return verdict === undefined
      ? nothing
      : [{ ...verdict, start: assignment.start, end: assignment.end }]
  }
}

/** Puts sightings in order and leaves out what was published. */
function settle(text: string, found: readonly SecretSighting[]): SecretSighting[] {
  const inOrder = found.toSorted((a, b) => a.start - b.start)
  const kept: SecretSighting[] = []
  let cluster: SecretSighting[] = []
  let clusterEnd = 0
  for (const sighting of inOrder) {
    if (sighting.start >= clusterEnd) {
      kept.push(...surest(cluster))
      cluster = []
    }
    cluster.push(sighting)
    clusterEnd = Math.max(clusterEnd, sighting.end)
  }
  kept.push(...surest(cluster))
  return kept.filter(({ start, end }) => !isPublished(text.slice(start, end)))
}

/** Keeps the surest of those that overlap; of equally sure ones the longer. */
function surest(cluster: readonly SecretSighting[]): SecretSighting[] {
  if (cluster.length < 2) return [...cluster]
  const bySureness = cluster.toSorted(
    (a, b) => b.score - a.score || b.end - b.start - (a.end - a.start) || a.start - b.start,
  )
  const kept: SecretSighting[] = []
  for (const sighting of bySureness) {
    const overlaps = kept.some((other) => sighting.start < other.end && other.start < sighting.end)
    if (!overlaps) kept.push(sighting)
  }
  return kept.toSorted((a, b) => a.start - b.start)
}
