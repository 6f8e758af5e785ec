import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { renameModel } from './rename-model.ts'

describe('renaming the model of an answer', () => {
  test('changes that value and no other byte', () => {
    const text =
      '{ "id":"1", "n": 1.0, "model" : "gpt-4o-2024-08-06", "x":{"model":"y"}, "é":"\\u00e9"}'
    expect(renameModel(text, ['model'], 'fast')).toBe(
      '{ "id":"1", "n": 1.0, "model" : "fast", "x":{"model":"y"}, "é":"\\u00e9"}',
    )
  })

  test('reaches into the member that holds it', () => {
    const text = '{"type":"message_start","message":{"id":"m","model":"claude","usage":{}}}'
    expect(renameModel(text, ['model', 'message.model'], 'smart')).toBe(
      '{"type":"message_start","message":{"id":"m","model":"smart","usage":{}}}',
    )
  })

  test.each([
    ['a text that names none', '{"type":"ping"}'],
    ['a model that is no text', '{"model":null}'],
    ['the word within what was said', '{"content":"say \\"model\\":\\"x\\""}'],
    ['a member of something else', '{"delta":{"model":"x"}}'],
    ['no object', '"model"'],
    ['broken JSON', '{"model"'],
    ['a member that is given twice', '{"model":"a","model":"b"}'],
  ])('leaves alone: %s', (_, text) => {
    expect(renameModel(text, ['model', 'message.model'], 'fast')).toBe(text)
  })

  test('changes nothing but the model of any object, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.string(),
        (rest, was, name) => {
          const value: unknown = JSON.parse(JSON.stringify({ ...rest, model: was }))
          const renamed: unknown = JSON.parse(renameModel(JSON.stringify(value), ['model'], name))
          expect(renamed).toEqual(JSON.parse(JSON.stringify({ ...rest, model: name })))
        },
      ),
    )
  })
})
