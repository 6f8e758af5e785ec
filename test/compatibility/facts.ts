import { canonical } from './vocabulary.ts'
import type { Ask, Call, Heard, Part, Say, Turn, Usage } from './vocabulary.ts'

/** One thing that was said: what it is about, and what. */
export interface Fact {
  readonly about: string
  readonly what: string
}

/** Everything an ask says, in its order. */
export function factsOfAsk(ask: Ask): Fact[] {
  const { choice, shape } = ask
  return [
    ...said('system', ask.system),
    ...said('cache mark', ask.systemMark && `${ask.systemMark} on the system prompt`),
    ...ask.turns.flatMap(factsOfTurn),
    ...(ask.tools ?? []).flatMap((tool) => [
      fact('tool', `${tool.name} ${canonical(tool.schema)}`),
      fact('tool description', `${tool.name} ${tool.description}`),
      ...said('cache mark', tool.mark && `${tool.mark} on the tool ${tool.name}`),
    ]),
    ...(choice === undefined || choice === 'auto'
      ? []
      : [fact('tool choice', typeof choice === 'string' ? choice : `tool ${choice.name}`)]),
    ...said('parallel calls', ask.single && 'only one'),
    ...said('schema', shape && (shape === 'json' ? 'any JSON' : canonical(shape))),
    ...said('reasoning', ask.reasons && 'wanted'),
    ...said('token limit', ask.limit),
    ...said('temperature', ask.temperature),
    ...said('top_p', ask.topP),
    ...(ask.stops ?? []).map((stop) => fact('stop sequence', stop)),
  ]
}

function factsOfTurn(turn: Turn): Fact[] {
  if (turn.role === 'user') return turn.parts.flatMap((part) => factsOfPart(part, 'user'))
  return [
    ...(turn.thoughts ?? []).flatMap(({ text, signature, sealed }) => [
      ...said('thought', text || undefined),
      ...said('signature', signature),
      ...said('sealed thought', sealed),
    ]),
    ...said('assistant', turn.text),
    ...(turn.calls ?? []).map((call) => fact('call', textOfCall(call))),
  ]
}

function factsOfPart(part: Part, place: string): Fact[] {
  switch (part.type) {
    case 'text':
      return [
        fact(place, part.text),
        ...said('cache mark', part.mark && `${part.mark} on "${part.text.slice(0, 20)}"`),
      ]
    case 'image':
      return [fact('image', `${part.mediaType} ${part.data}`)]
    case 'image-url':
      return [fact('image', part.url)]
    case 'document':
      return [
        fact('document', `${part.mediaType} ${part.data}`),
        ...said('document title', part.title),
      ]
    case 'result': {
      const name = textOfCall(part.call)
      return [
        ...part.parts.flatMap((inner) =>
          factsOfPart(inner, 'result').map(({ about, what }) => fact(about, `${name} → ${what}`)),
        ),
        ...said('error mark', part.isError && name),
      ]
    }
    default:
      return part satisfies never
  }
}

/** Everything an answer says. How it ended is compared by itself. */
export function factsOfAnswer(answer: Omit<Say, 'stop'>): Fact[] {
  return [
    // Whether a proof is the right one shows when it comes back.
    ...(answer.thoughts ?? []).flatMap(({ text }) => said('thought', text || undefined)),
    ...said('text', answer.text || undefined),
    ...said('citation', answer.cites),
    ...(answer.calls ?? []).map((call) => fact('call', textOfCall(call))),
    ...factsOfUsage(answer.usage),
  ]
}

function factsOfUsage({ input, output, read, written, reasoning }: Usage): Fact[] {
  return [
    fact('usage', `input ${input}`),
    fact('usage', `output ${output}`),
    ...said('usage', read ? `read from cache ${read}` : undefined),
    ...said('usage', written ? `written to cache ${written}` : undefined),
    ...said('usage', reasoning ? `reasoning ${reasoning}` : undefined),
  ]
}

/** What of it was not heard, and what was heard though nobody said it. */
export function compare(
  told: readonly Fact[],
  heard: readonly Fact[],
): { readonly lost: readonly Fact[]; readonly added: readonly Fact[] } {
  const left = [...heard]
  const lost = told.filter(({ about, what }) => {
    const at = left.findIndex((each) => each.about === about && each.what === what)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
  const common = heard.filter((each) => !left.includes(each))
  const kept = told.filter((each) => !lost.includes(each))
  const hasMoved = kept.some(({ what }, index) => common[index]?.what !== what)
  return { lost: hasMoved ? [...lost, fact('order', 'of what was said')] : lost, added: left }
}

/** What a client heard, without what only its format adds. */
export function heardFacts(heard: Heard): Fact[] {
  return factsOfAnswer(heard)
}

function textOfCall({ name, args }: Call): string {
  return `${name}(${canonical(args)})`
}

function said(about: string, what: string | number | false | undefined): Fact[] {
  return what === undefined || what === false ? [] : [fact(about, String(what))]
}

function fact(about: string, what: string): Fact {
  return { about, what }
}
