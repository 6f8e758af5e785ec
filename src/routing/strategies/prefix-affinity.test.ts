import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { JsonObject } from '../../core/json.ts'
import type { RoutedTarget } from '../routed-target.ts'
import { fakeClock, routed, seeded } from '../testing/targets.ts'
import { createStrategy } from './index.ts'
import type { StrategyName } from './index.ts'
import { prefixHashes } from './turns.ts'
import { makeQuestion } from '../../../test/support/question.ts'

function strategyNamed(name: StrategyName) {
  return createStrategy(name, {
    clock: fakeClock(),
    random: seeded(7),
    estimateTokens: (text) => text.length / 4,
    priceOf: () => 1,
  })
}

function asking(json: JsonObject) {
  const text = JSON.stringify(json)
  return makeQuestion({
    body: { bytes: Buffer.from(text), contentType: 'application/json', text, json },
  })
}

interface Turn {
  readonly conversation: number
  readonly question: ReturnType<typeof asking>
}

/** Conversations of 2 to 12 turns with two system prompts, interleaved as they would arrive. */
function conversations(count: number): Turn[] {
  const random = seeded(11)
  const running = Array.from({ length: count }, (_, conversation) => ({
    conversation,
    left: 2 + Math.floor(random() * 11),
    messages: [
      { role: 'system', content: conversation % 2 === 0 ? 'You help.' : 'You write code.' },
    ],
  }))
  const turns: Turn[] = []
  while (running.length > 0) {
    const at = Math.floor(random() * Math.min(running.length, 50))
    const each = running[at]
    if (each === undefined) continue
    // One in five begins as many others do.
    const opening = each.conversation % 5 === 0 ? 'Hello' : `Question ${each.conversation}`
    const content = each.messages.length === 1 ? opening : `${each.conversation} ${random()}`
    each.messages.push({ role: 'user', content })
    turns.push({
      conversation: each.conversation,
      question: asking({ messages: [...each.messages] }),
    })
    each.messages.push({ role: 'assistant', content: `Answer ${random()}` })
    each.left -= 1
    if (each.left === 0) running.splice(at, 1)
  }
  return turns
}

/** Plays turns with some always in progress; tells how many reached the target that holds their prefix. */
function replay(name: StrategyName, turns: readonly Turn[], targets: readonly RoutedTarget[]) {
  const strategy = strategyNamed(name)
  const holders = new Map<number, Set<RoutedTarget>>()
  const load = targets.map(() => 0)
  const inFlight: RoutedTarget[] = []
  let further = 0
  let hits = 0
  for (const { conversation, question } of turns) {
    const choice = strategy(question)
    const target = choice.choose(targets)
    if (target === undefined) throw new Error('no target')
    target.state.bulkhead.enter()
    inFlight.push(target)
    if (inFlight.length > 12) inFlight.shift()?.state.bulkhead.leave()
    choice.answered?.(target)
    load[target.index] = (load[target.index] ?? 0) + 1
    const known = holders.get(conversation)
    if (known !== undefined) {
      further += 1
      // Only the target of the turn before holds the whole prefix.
      if (known.has(target)) hits += 1
    }
    holders.set(conversation, new Set([target]))
  }
  return { hitRate: hits / further, load: load.map((count) => count / turns.length) }
}

const four = () => routed(Array.from({ length: 4 }, (_, index) => ({ provider: `p${index}` })))

describe('affinity by prefix', () => {
  const turns = conversations(600)

  test('sends at least 95 % of further turns to the target that holds their prefix, evenly', () => {
    const { hitRate, load } = replay('prefix-affinity', turns, four())
    expect(hitRate).toBeGreaterThanOrEqual(0.95)
    for (const share of load) expect(share).toBeWithin(0.19, 0.31)
  })

  test('is what round-robin does not do', () => {
    expect(replay('round-robin', turns, four()).hitRate).toBeLessThanOrEqual(0.3)
  })

  test('follows a conversation that had to move, and stays there', () => {
    const targets = four()
    const strategy = strategyNamed('prefix-affinity')
    const messages = [{ role: 'user', content: 'Question' }]
    const first = strategy(asking({ messages })).choose(targets)
    const left = targets.filter((each) => each !== first)
    messages.push({ role: 'assistant', content: 'Answer' }, { role: 'user', content: 'More' })
    const moved = strategy(asking({ messages: [...messages] }))
    const second = moved.choose(left)
    if (second === undefined) throw new Error('no target')
    moved.answered?.(second)
    messages.push({ role: 'assistant', content: 'Answer' }, { role: 'user', content: 'Even more' })
    expect(strategy(asking({ messages })).choose(targets)).toBe(second)
  })

  test('gives way when the holder has far more than its share to do', () => {
    const targets = four()
    const strategy = strategyNamed('prefix-affinity')
    const question = asking({ messages: [{ role: 'user', content: 'Few shots' }] })
    const counts = new Map<RoutedTarget | undefined, number>()
    for (let call = 0; call < 100; call++) {
      const choice = strategy(question)
      const target = choice.choose(targets)
      target?.state.bulkhead.enter()
      counts.set(target, (counts.get(target) ?? 0) + 1)
    }
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(43)
    expect(counts.size).toBeGreaterThanOrEqual(3)
  })
})

describe('hashes of prefixes', () => {
  const turn = fc.record({
    role: fc.constantFrom('user', 'assistant'),
    content: fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.string({ minLength: 1100, maxLength: 3000 }),
      fc.array(fc.record({ type: fc.constant('text'), text: fc.string() }), { maxLength: 3 }),
    ),
  })

  test('of a conversation are those of every longer form of it', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 8 }), (messages) => {
        const all = prefixHashes({ messages })
        for (let length = 1; length <= messages.length; length++) {
          const prefix = prefixHashes({ messages: messages.slice(0, length) })
          expect(prefix).toEqual(all.slice(0, length))
        }
      }),
    )
  })

  test('differ where what was said differs', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), fc.string(), (messages, text) => {
        const [first, ...rest] = messages
        if (first === undefined) return
        const other = { ...first, content: `${text} other` }
        fc.pre(JSON.stringify(other.content) !== JSON.stringify(first.content))
        const changed = prefixHashes({ messages: [other, ...rest] })
        expect(changed[0]).not.toBe(prefixHashes({ messages })[0])
      }),
    )
  })

  test('are the same for a text as a string and as a part, and wherever cache marks stand', () => {
    const plain = prefixHashes({ system: 's', messages: [{ role: 'user', content: 'hello' }] })
    const parts = [{ type: 'text', text: 'hello', cache_control: { type: 'ephemeral' } }]
    const marked = prefixHashes({
      system: [{ type: 'text', text: 's' }],
      messages: [{ role: 'user', content: parts }],
    })
    expect(marked).toEqual(plain)
  })

  test('begin with the first turn behind the system prompt, in every format', () => {
    const system = { role: 'system', content: 's' }
    expect(prefixHashes({ messages: [system, { role: 'user', content: 'a' }] })).toHaveLength(1)
    expect(prefixHashes({ input: 'a' })).toHaveLength(1)
    expect(
      prefixHashes({ input: [{ role: 'user', content: 'a' }, { role: 'user' }] }),
    ).toHaveLength(2)
    expect(prefixHashes({ contents: [{ role: 'user', parts: [{ text: 'a' }] }] })).toHaveLength(1)
    expect(prefixHashes({ prompt: 'a' })).toHaveLength(1)
    for (const nothing of [{}, { messages: 'x'.length }, { messages: [] }, undefined]) {
      expect(prefixHashes(nothing)).toEqual([])
    }
  })
})
