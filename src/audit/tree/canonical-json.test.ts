import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { isObject } from '../../core/json.ts'
import type { JsonValue } from '../../core/json.ts'
import { canonicalBytes, canonicalJson, readCanonicalBytes } from './canonical-json.ts'

const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 })

function doubleOf(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE(0)
}

/** The same value with the members of all objects the other way round. */
function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reversed)
  if (!isObject(value)) return value
  const members = Object.entries(value).toReversed()
  return Object.fromEntries(members.map(([name, each]) => [name, reversed(each ?? null)]))
}

describe('canonical JSON', () => {
  test('is that of the example in RFC 8785 §3.2.2', () => {
    const value: JsonValue = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`)
    expect(canonicalBytes(value).toString('hex')).toBe(
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a' +
        '5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d' +
        '2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d',
    )
  })

  test('orders members as the example in RFC 8785 §3.2.3', () => {
    const value: JsonValue = JSON.parse(String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin"
    }`)
    const order = [...canonicalJson(value).matchAll(/:"([A-Z][a-z]+)/g)].map(([, word]) => word)
    expect(order).toEqual(['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew'])
    expect(canonicalJson({ b: 1, 10: 1, 2: 1, a: 1, '': 1 })).toBe(
      '{"":1,"10":1,"2":1,"a":1,"b":1}',
    )
  })

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s of RFC 8785, appendix B, as %s', (bits, text) => {
    expect(canonicalJson(doubleOf(bits))).toBe(text)
  })

  test('says the same as the value, and the same for every order of members', () => {
    const run = fc.property(json, (value) => {
      fc.pre(JSON.stringify(value).isWellFormed() && !JSON.stringify(value).includes('\\ud'))
      const text = canonicalJson(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(JSON.parse(text) as JsonValue)).toBe(text)
      expect(canonicalJson(reversed(value))).toBe(text)
      expect(readCanonicalBytes(Buffer.from(text))).toEqual(JSON.parse(text) as JsonValue)
    })
    fc.assert(run, { numRuns: 500 })
  })

  test('is not made of what has none', () => {
    let deep: JsonValue = 1
    for (let depth = 0; depth < 64; depth++) deep = [deep]
    expect(canonicalJson(deep)).toHaveLength(129)
    for (const value of [NaN, Infinity, '\ud83d', { '\udc00': 1 }, [deep]]) {
      expect(() => canonicalJson(value)).toThrow(TypeError)
    }
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}')
  })

  test('is read only as it is written', () => {
    for (const text of [
      '{"b":1,"a":2}',
      '{"a":1,"a":1}',
      '{"a": 1}',
      '1.0',
      '-0',
      '"\\u0041"',
      '"\\/"',
      '\ufeff1',
      '',
      '"\\ud800"',
      ' 1',
    ]) {
      expect(readCanonicalBytes(Buffer.from(text))).toBeUndefined()
    }
    expect(readCanonicalBytes(Buffer.of(0x22, 0xff, 0x22))).toBeUndefined()
    expect(readCanonicalBytes(Buffer.from('{"__proto__":{"a":1}}'))).toBeDefined()
  })
})
