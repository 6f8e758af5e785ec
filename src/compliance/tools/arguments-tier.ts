import { isObject, parseJson } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import { judgeText } from './commands.ts'
import { judgeName } from './name-tier.ts'
import type { Judgement } from './name-tier.ts'
import { wordsOf } from './words.ts'

/** What an organisation says about the arguments of its tools. */
export interface ArgumentLimits {
  /** Amounts above it are T3; absent for no limit. In whatever unit the tools count. */
  readonly maxAmount?: number | undefined
  /** Mail domains of the organisation; recipients elsewhere are T3. Empty for no such rule. */
  readonly internalDomains?: readonly string[] | undefined
}

/** Deepest nesting, most values and longest text that are judged; beyond them nobody can say what a call does. */
const maxDepth = 24
const maxValues = 5_000
const maxTextLength = 100_000

const unreadable: Judgement = { tier: 'T3', why: 'its arguments are too large to be judged' }

/** Judges the arguments of a tool: each sign on its own, so that what is added never takes one away. */
export function judgeArguments(
  given: JsonValue | undefined,
  { name, limits }: { readonly name: string; readonly limits: ArgumentLimits },
): readonly Judgement[] {
  if (given === undefined) return []
  const found: Judgement[] = []
  const isExecuting = wordsOf(name).some((word) => executing.has(word))
  let values = 0

  function visit(value: JsonValue | undefined, key: string, depth: number): void {
    values += 1
    if (values > maxValues || depth > maxDepth) {
      if (found.at(-1) !== unreadable) found.push(unreadable)
      return
    }
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key, depth + 1)
      // `["rm", "-rf", "/"]` is a command as well.
      const isWords = value.length > 1 && value.every((item) => typeof item === 'string')
      if (isWords) judgeString(value.join(' '), key)
    } else if (isObject(value)) {
      for (const [member, inner] of Object.entries(value)) visit(inner, member, depth + 1)
    } else if (typeof value === 'string') {
      judgeString(value, key)
      const inner = /^\s{0,10}[[{]/.test(value)
        ? parseJson(value.slice(0, maxTextLength))
        : undefined
      if (inner !== undefined) visit(inner, key, depth + 1)
    } else found.push(...judgeScalar(value, key, limits))
  }

  function judgeString(text: string, key: string): void {
    if (text.length > maxTextLength) found.push(unreadable)
    const looked = text.slice(0, maxTextLength)
    const words = wordsOf(key)
    found.push(...judgeText(looked, isExecuting || words.some((word) => executing.has(word))))
    found.push(...judgeWord(looked, words))
    found.push(...judgeScalar(looked, key, limits))
    found.push(...judgeRecipients(looked, words, limits))
  }

  visit(typeof given === 'string' ? (parseJson(given) ?? given) : given, '', 0)
  return found
}

/** Names of tools and arguments whose texts are executed. */
const executing: ReadonlySet<string> = new Set(
  `bash shell command commands cmd script exec execute terminal code powershell ssh sudo argv args run console`.split(
    ' ',
  ),
)

/** Names of arguments that say what is done. */
const choosing: ReadonlySet<string> = new Set(
  `action operation op method verb mode command task type event`.split(' '),
)

const methods: Readonly<Record<string, Judgement>> = {
  delete: { tier: 'T3', why: 'its arguments ask for the HTTP method DELETE' },
  post: { tier: 'T2', why: 'its arguments ask for the HTTP method POST' },
  put: { tier: 'T2', why: 'its arguments ask for the HTTP method PUT' },
  patch: { tier: 'T2', why: 'its arguments ask for the HTTP method PATCH' },
}

/** One word in an argument that chooses what is done, such as `{ "action": "delete" }`. */
function* judgeWord(text: string, words: readonly string[]): Generator<Judgement> {
  const isWord = /^\s{0,3}[\p{L}\p{N}_.:-]{1,64}\s{0,3}$/u.test(text)
  if (!isWord || !words.some((word) => choosing.has(word))) return
  const key = text.trim().toLowerCase()
  const method = Object.hasOwn(methods, key) ? methods[key] : undefined
  if (method !== undefined) yield method
  const { tier, isUnknown } = judgeName(text)
  if (!isUnknown && tier !== 'T1') yield { tier, why: `its argument '${words.join('_')}' says so` }
}

const amounts = /^(?:amount|total|sum|price|value|payment|usd|eur|quantity)$/
const finalWords: ReadonlySet<string> = new Set([
  'permanent',
  'permanently',
  'irreversible',
  'hard',
])

/** Amounts beyond the limit, and switches that make something final. */
function* judgeScalar(
  value: JsonValue | undefined,
  key: string,
  { maxAmount }: ArgumentLimits,
): Generator<Judgement> {
  const words = wordsOf(key)
  if (value === true && words.some((word) => finalWords.has(word))) {
    yield { tier: 'T3', why: `its argument '${words.join('_')}' makes it final` }
  }
  if (maxAmount === undefined || !words.some((word) => amounts.test(word))) return
  const amount = typeof value === 'string' ? amountIn(value) : value
  if (typeof amount === 'number' && !(Math.abs(amount) <= maxAmount)) {
    yield { tier: 'T3', why: `its amount is above ${maxAmount}` }
  }
}

/** Reads `1,250.00 USD`; a text without a number is no amount. */
function amountIn(text: string): number | undefined {
  const digits = /-?\d[\d.,' ]{0,40}/.exec(text.slice(0, 100))?.[0]?.replace(/[' ]/g, '')
  if (digits === undefined) return undefined
  // The last separator is that of decimals where at most two digits follow it.
  const [, whole = digits, decimals = ''] = /^(.*)[.,](\d{1,2})$/.exec(digits) ?? []
  return Number(`${whole.replace(/[.,]/g, '')}.${decimals === '' ? '0' : decimals}`)
}

const recipients: ReadonlySet<string> = new Set(
  `to cc bcc recipient recipients email emails address addresses attendees invitees`.split(' '),
)

function* judgeRecipients(
  text: string,
  words: readonly string[],
  { internalDomains = [] }: ArgumentLimits,
): Generator<Judgement> {
  if (internalDomains.length === 0 || !words.some((word) => recipients.has(word))) return
  for (const [, domain = ''] of text.matchAll(/@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/g)) {
    const host = domain.toLowerCase()
    const isInside = internalDomains.some((own) => host === own || host.endsWith(`.${own}`))
    if (!isInside) yield { tier: 'T3', why: 'a recipient is outside the organisation' }
  }
}
