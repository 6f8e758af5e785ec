import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { createWindow } from '../../../compliance/window/index.ts'
import { asString, isObject, parseJson } from '../../../core/json.ts'
import { encodeEvent } from '../../event-stream.ts'
import type { FormatName } from '../../format.ts'
import { openTextGate } from './gate.ts'

const recordings = `${import.meta.dir}/../../../../../shared/data/wire/fixtures.jsonl`

const formats: Readonly<Record<string, FormatName>> = {
  'anthropic-messages': 'anthropic-messages',
  'azure-openai': 'openai-responses',
  'azure-openai-responses': 'openai-responses',
  'bedrock-converse': 'bedrock-converse',
  deepseek: 'openai-chat',
  gemini: 'gemini',
  groq: 'openai-chat',
  mistral: 'openai-chat',
  'open-responses': 'openai-responses',
  'openai-responses': 'openai-responses',
  xai: 'openai-chat',
}

/** Recordings of development; elsewhere there are none, and the streams of the other tests have to do. */
const lines = existsSync(recordings) ? readFileSync(recordings, 'utf8').trim().split('\n') : []

describe('recorded streams', () => {
  test('leave with their very bytes where nothing changes', () => {
    for (const line of lines) {
      const recording = parseJson(line)
      if (!isObject(recording) || !Array.isArray(recording['chunks'])) continue
      const format = formats[asString(recording['api']) ?? '']
      if (format === undefined) continue
      const bytes = Buffer.concat(recording['chunks'].map((chunk) => frameOf(format, chunk)))
      const openFilter = () => createWindow({ inspect: () => ({ findings: [] }) })
      const gate = openTextGate(format, { openFilter, maxFrameBytes: 10_000_000 })
      const sent: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += 777) {
        sent.push(...gate.push(bytes.subarray(at, at + 777)))
      }
      sent.push(...gate.end())
      expect(Buffer.concat(sent).equals(bytes)).toBe(true)
    }
  })
})

function frameOf(format: FormatName, chunk: unknown): Uint8Array {
  const [name = '', payload] = isObject(chunk) ? (Object.entries(chunk)[0] ?? []) : []
  return format === 'bedrock-converse'
    ? encodeEvent(name, payload)
    : Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)
}
