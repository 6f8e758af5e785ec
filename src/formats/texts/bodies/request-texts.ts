import type { CallBody, Question } from '../../../core/call.ts'
import { GatewayError } from '../../../core/errors.ts'
import { asObject, isObject, parseJson } from '../../../core/json.ts'
import type { JsonObject, JsonValue } from '../../../core/json.ts'
import { isPlainName } from '../leaf.ts'
import type { Scope } from '../shape.ts'
import { isSentText } from '../strings.ts'
import { bodyOf, changesOf, readWithin } from './body-texts.ts'
import type { ReadBody } from './body-texts.ts'
import { TextCollection } from './collection.ts'
import { isFormType } from './form.ts'
import { readForm } from './form-texts.ts'
import { jsonText } from './readable.ts'
import { ruleOf } from './rules.ts'

/** The texts of a request, and the way to change them. */
export interface RequestTexts extends ReadBody {
  /**
   * Returns the body with new texts at their places; the very body where nothing changes. What does not
   * change keeps its bytes.
   * @param texts new texts by the place of their segment
   */
  replace(texts: ReadonlyMap<string, string>): CallBody
}

const asked: Scope = { role: 'user', kind: 'text' }

/**
 * Shows what a request says, in whichever form its endpoint takes it. Throws `invalid_request` for a form
 * that two readers could read differently.
 */
export function requestTexts({ call, body, model }: Question): RequestTexts {
  const { json, text, bytes, contentType } = body
  const collection = new TextCollection({ direction: 'request', joins: 'content' })
  for (const said of addressTexts({ call, model })) collection.addText(said.text, said)
  if (json !== undefined && text !== undefined) {
    const readable = jsonText(text, withExactNumbers(text, json), {
      rule: ruleOf(call, 'request'),
      scope: asked,
    })
    const fault = readWithin(() => readable.read(collection, ''))
    return view(body, bodyOf(collection, fault), (changes) =>
      withText(body, readable.rewrite(changes)),
    )
  }
  if (bytes.length === 0) return view(body, bodyOf(collection), () => body)
  if (!isFormType(contentType)) {
    return view(body, bodyOf(collection, 'a body of a type that nobody here reads'), () => body)
  }
  const form = readForm(bytes, contentType, collection)
  return view(body, bodyOf(collection, form.unread), (changes) => ({
    ...body,
    bytes: form.rewrite(changes),
  }))
}

/** What the text of a body says, with numbers that JavaScript would round as they are written: as strings. */
function withExactNumbers(text: string, json: JsonObject): JsonValue {
  if (!/\d{16}/.test(text)) return json
  const isRounded = (value: unknown): boolean =>
    typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
  const exact: unknown = JSON.parse(
    text,
    (_, value: unknown, context?: { readonly source?: string }) =>
      isRounded(value) ? (context?.source ?? value) : value,
  )
  return isObject(exact) ? exact : json
}

function view(
  body: CallBody,
  read: ReadBody,
  rewrite: (changes: ReadonlyMap<string, string>) => CallBody,
): RequestTexts {
  return {
    ...read,
    replace(texts) {
      const changes = changesOf(read.segments, texts)
      refuseAddress(changes.keys())
      return changes.size === 0 ? body : rewrite(changes)
    },
  }
}

/** A text in the address of a call. */
interface AddressText {
  readonly place: string
  readonly scope: Scope
  readonly text: string
}

/** What a caller may have written into the address: the parameters of its query, and the name of a model. */
function addressTexts({ call, model }: Pick<Question, 'call' | 'model'>): readonly AddressText[] {
  const texts: AddressText[] = []
  const add = (place: string, text: string): void => void texts.push({ place, scope: asked, text })
  if (isUnusualName(model)) add(modelPlace, model)
  const query = call.path.indexOf('?')
  if (query < 0) return texts
  for (const [name, value] of new URLSearchParams(call.path.slice(query))) {
    const place = `${queryPlace}${texts.length}`
    if (!isPlainName(name.replace(/\[\w*\]$/, ''))) add(`${place}.name`, name)
    if (isSentText(value, 'word')) add(place, value)
  }
  return texts
}

const queryPlace = '?'
const modelPlace = '?model'

/** Behind wildcards names of models are what callers make of them. */
function isUnusualName(model: string): boolean {
  return /[^\w.:/+=@-]|@[\w-]+\.[a-z]|\d{13}/i.test(model)
}

/** Where a call goes is decided when its content is not yet: it cannot be changed any more. */
function refuseAddress(places: Iterable<string>): void {
  for (const place of places) {
    if (place !== 'model' && !place.startsWith(queryPlace)) continue
    throw new GatewayError(
      'blocked_by_policy',
      'The address or the name of the model holds what policy takes out of requests.',
    )
  }
}

function withText(body: CallBody, text: string): CallBody {
  return { ...body, bytes: Buffer.from(text), text, json: asObject(parseJson(text)) }
}
