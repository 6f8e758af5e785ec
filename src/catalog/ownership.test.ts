import { describe, expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newReport } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import { systemClock } from '../core/clock.ts'
import type { JsonObject } from '../core/json.ts'
import { openOwnership } from './ownership.ts'
import { makeCall, makePrincipal, makeQuestion } from '../../test/support/question.ts'

function open() {
  return openOwnership({ dataDir: mkdtempSync(join(tmpdir(), 'ownership-')), clock: systemClock })
}

function question(user: string, method: string, path: string, json?: JsonObject): Question {
  return makeQuestion({
    call: makeCall({ operation: 'files', method, path }),
    principal: makePrincipal({ id: user }),
    body: { bytes: new Uint8Array(), contentType: '', text: undefined, json },
    model: '',
  })
}

function answer(json: JsonObject): Answer {
  const body = JSON.stringify(json)
  const facts = { cache: 'bypass', warnings: [], report: newReport() } as const
  return { status: 200, headers: {}, body, provider: 'openai', ...facts }
}

describe('ownership of stored objects', () => {
  test('whoever created a file may use it, at the provider that keeps it', async () => {
    await using ownership = open()
    ownership.learn(question('ana', 'POST', '/files'), answer({ id: 'file-1', object: 'file' }))
    expect(ownership.check(question('ana', 'GET', '/files/file-1/content'))).toBe('openai')
  })

  test('another user is told that there is no such file, in every way of naming it', async () => {
    await using ownership = open()
    ownership.learn(question('ana', 'POST', '/files'), answer({ id: 'file-1', object: 'file' }))
    for (const attempt of [
      question('eve', 'GET', '/files/file-1'),
      question('eve', 'GET', '/files/file-1/content'),
      question('eve', 'DELETE', '/files/file-1'),
      question('eve', 'POST', '/batches', { input_file_id: 'file-1' }),
    ]) {
      expect(() => ownership.check(attempt)).toThrow('no such file or batch of yours')
    }
  })

  test('looking at a file of another does not make it one of yours', async () => {
    await using ownership = open()
    ownership.learn(question('eve', 'GET', '/files/file-1'), answer({ id: 'file-1' }))
    expect(() => ownership.check(question('eve', 'GET', '/files/file-1'))).toThrow()
  })

  test('lists show only what is yours', async () => {
    await using ownership = open()
    ownership.learn(question('ana', 'POST', '/files'), answer({ id: 'file-1', object: 'file' }))
    ownership.learn(question('eve', 'POST', '/files'), answer({ id: 'file-2', object: 'file' }))
    const list = answer({
      object: 'list',
      data: [{ id: 'file-1' }, { id: 'file-2' }],
      has_more: false,
    })
    const shown = ownership.learn(question('eve', 'GET', '/files'), list)
    expect(JSON.parse(typeof shown.body === 'string' ? shown.body : '')).toEqual({
      object: 'list',
      data: [{ id: 'file-2' }],
      has_more: false,
    })
  })

  test('the results of a batch belong to its owner', async () => {
    await using ownership = open()
    ownership.learn(question('ana', 'POST', '/batches'), answer({ id: 'batch_1', object: 'batch' }))
    ownership.learn(
      question('ana', 'GET', '/batches/batch_1'),
      answer({ id: 'batch_1', object: 'batch', output_file_id: 'file-9' }),
    )
    expect(ownership.check(question('ana', 'GET', '/files/file-9/content'))).toBe('openai')
    expect(() => ownership.check(question('eve', 'GET', '/files/file-9/content'))).toThrow()
  })
})
