import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { decodeModel, encodeModel, probabilityOf, scoreOf, trainHead } from './index.ts'
import type { Example } from './index.ts'

const options = { bits: 6, epochs: 20, decay: 1e-4, learningRate: 0.1, seed: 7 }
const examples: Example[] = Array.from({ length: 200 }, (_, index) => ({
  features: Uint32Array.of(index % 7, 20 + (index % 2), 40 + (index % 11)),
  isPositive: index % 2 === 0,
}))

test('a head learns which features belong to a class', () => {
  const head = trainHead('even', examples, options)
  expect(probabilityOf(scoreOf(head, [3, 20, 44]))).toBeGreaterThan(0.9)
  expect(probabilityOf(scoreOf(head, [3, 21, 44]))).toBeLessThan(0.1)
})

test('the same examples and seed give the same bytes', () => {
  const train = () => encodeModel({ bits: 6, heads: [trainHead('even', examples, options)] })
  expect(train()).toEqual(train())
})

test('a model is the same after it was written and read, from a buffer inside of another too', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }).chain((bits) =>
        fc.record({
          bits: fc.constant(bits),
          heads: fc.array(
            fc.record({
              name: fc.string({ maxLength: 20 }),
              bias: fc.float({ noNaN: true }),
              scale: fc.float({ noNaN: true }),
              weights: fc.int8Array({ minLength: 1 << bits, maxLength: 1 << bits }),
            }),
            { maxLength: 3 },
          ),
        }),
      ),
      (model) => {
        const bytes = encodeModel(model)
        expect(decodeModel(bytes)).toEqual(model)
        const inside = Buffer.concat([Buffer.alloc(5), bytes]).subarray(5)
        expect(decodeModel(inside)).toEqual(model)
      },
    ),
  )
})

test('bytes that are no model, or only a part of one, are refused', () => {
  const bytes = encodeModel({ bits: 6, heads: [trainHead('even', examples, options)] })
  expect(() => decodeModel(new TextEncoder().encode('something else'))).toThrow('no model')
  for (const length of [4, 9, 20, bytes.length - 1]) {
    expect(() => decodeModel(bytes.subarray(0, length))).toThrow(RangeError)
  }
  expect(() => decodeModel(Buffer.concat([bytes, Buffer.of(0)]))).toThrow('behind its end')
})
