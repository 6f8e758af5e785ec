import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { compareAnswers } from './compare.ts'
import type { ComparedAnswer } from './compare.ts'

const answer = (text: string, more: Partial<ComparedAnswer> = {}): ComparedAnswer => ({
  text,
  toolCalls: [],
  stopReason: 'end',
  ...more,
})

test('equal answers are the same in every respect, and so are those that differ in form only', () => {
  const same = {
    lengthRatio: 1,
    isSameStop: true,
    areSameTools: true,
    areSameArguments: true,
    isSameJsonness: true,
    similarity: 1,
  }
  expect(compareAnswers(answer('Paris.'), answer('Paris.'))).toEqual(same)
  expect(compareAnswers(answer('PARIS!'), answer('paris.'))).toEqual(same)
  expect(compareAnswers(answer(''), answer(''))).toEqual(same)
})

test('the more words two texts share, the more similar they are', () => {
  const to = (text: string) =>
    compareAnswers(answer('The capital of France is Paris.'), answer(text)).similarity
  const closeness = [
    to('Paris is the capital of France.'),
    to('The capital of France is Paris, of course.'),
    to('It is Paris.'),
    to('Кошка сидит на окне'),
  ]
  expect(closeness).toEqual(closeness.toSorted((a, b) => b - a))
  expect(closeness[0]).toBeGreaterThan(0.75)
  expect(closeness[3]).toBe(0)
})

test('tools are compared by name, and by arguments however they are written', () => {
  const call = (name: string, args: string) =>
    answer('', { toolCalls: [{ name, arguments: args }] })
  const given = call('weather', '{"place":"Rome","days":2}')
  expect(compareAnswers(given, call('weather', '{ "days": 2, "place": "Rome" }'))).toMatchObject({
    areSameTools: true,
    areSameArguments: true,
  })
  expect(compareAnswers(given, call('weather', '{"place":"Oslo","days":2}'))).toMatchObject({
    areSameTools: true,
    areSameArguments: false,
  })
  expect(compareAnswers(given, call('forecast', '{}')).areSameTools).toBe(false)
  expect(compareAnswers(given, answer('It rains.')).areSameTools).toBe(false)
  expect(compareAnswers(call('a', 'broken'), call('a', 'broken')).areSameArguments).toBe(true)
})

test('an answer that stops being JSON, or stops for another reason, is told', () => {
  expect(compareAnswers(answer('{"a":1}'), answer('[1]')).isSameJsonness).toBe(true)
  expect(compareAnswers(answer('{"a":1}'), answer('{"a":')).isSameJsonness).toBe(false)
  const cut = answer('x', { stopReason: 'max-tokens' })
  expect(compareAnswers(answer('x'), cut).isSameStop).toBe(false)
})

test('a comparison is the same both ways, and within its bounds for any texts', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      const there = compareAnswers(answer(one), answer(other))
      expect(there).toEqual(compareAnswers(answer(other), answer(one)))
      for (const number of [there.similarity, there.lengthRatio]) expect(number).toBeWithin(0, 1.01)
      expect(compareAnswers(answer(one), answer(one)).similarity).toBe(1)
    }),
  )
})

test('comparing takes about a millisecond, however long the answers are', () => {
  const long = answer('All work and no play makes Jack a dull boy. '.repeat(50_000))
  compareAnswers(long, long)
  const startedAt = performance.now()
  for (let round = 0; round < 10; round++) compareAnswers(long, long)
  expect((performance.now() - startedAt) / 10).toBeLessThan(25)
})
