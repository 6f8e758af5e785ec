import { asObject, asString, parseJson } from '../../core/json.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Form } from './call.ts'
import { ProviderRefusal } from './errors.ts'
import { jsonReply } from './reply.ts'
import type { WholeReply } from './reply.ts'
import { hashText } from './text.ts'

const maxFiles = 256
const maxStoredBytes = 64 * 2 ** 20
const maxBatchLines = 1_000
const batchEndpoints = ['/v1/chat/completions', '/v1/completions', '/v1/embeddings']

interface StoredFile {
  readonly about: JsonObject & { readonly id: string }
  readonly bytes: Uint8Array
}

/** Sends one line of a batch to the provider itself. */
export type RunLine = (path: string, body: JsonObject) => Promise<Response>

/** Files and batches, kept in memory and bounded; the oldest file goes when there is no room. */
export class SimulatedStorage {
  readonly #files = new Map<string, StoredFile>()
  readonly #batches = new Map<string, JsonObject>()
  readonly #nowSeconds: () => number
  #storedBytes = 0
  #uploads = 0

  constructor(nowSeconds: () => number) {
    this.#nowSeconds = nowSeconds
  }

  async upload(form: Form): Promise<WholeReply> {
    const file = form.get('file')
    const purpose = asString(form.get('purpose'))
    if (!(file instanceof File) || purpose === undefined) {
      throw new ProviderRefusal(400, "'file' and 'purpose' are required.")
    }
    return jsonReply(this.#keep(file.name, purpose, await file.bytes()))
  }

  listFiles(): WholeReply {
    const data = Array.from(this.#files.values(), (file) => file.about)
    return jsonReply({ object: 'list', data, has_more: false })
  }

  file(id: string): WholeReply {
    return jsonReply(this.#find(id).about)
  }

  content(id: string): WholeReply {
    const { bytes } = this.#find(id)
    return {
      ...jsonReply({}),
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    }
  }

  delete(id: string): WholeReply {
    this.#forget(this.#find(id))
    return jsonReply({ id, object: 'file', deleted: true })
  }

  /** Runs every line of the input file at once and answers with the completed batch. */
  async createBatch(body: JsonObject, runLine: RunLine): Promise<WholeReply> {
    const endpoint = asString(body['endpoint']) ?? ''
    if (!batchEndpoints.includes(endpoint)) {
      throw new ProviderRefusal(400, `'endpoint' is not supported: '${endpoint}'.`, {
        param: 'endpoint',
      })
    }
    const input = this.#find(asString(body['input_file_id']) ?? '')
    const lines = Buffer.from(input.bytes)
      .toString()
      .split('\n')
      .filter((line) => line.trim() !== '')
    if (lines.length > maxBatchLines) {
      throw new ProviderRefusal(400, `A simulated batch holds at most ${maxBatchLines} lines.`)
    }
    const results = []
    for (const [index, line] of lines.entries())
      results.push(await runBatchLine(line, index, runLine))
    const output = results.map((result) => JSON.stringify(result)).join('\n') + '\n'
    const stored = this.#keep('batch_output.jsonl', 'batch_output', Buffer.from(output))
    const failed = results.filter((result) => result.error !== null).length
    const now = this.#nowSeconds()
    const batch = {
      id: `batch_sim_${stored.id.slice('file-sim-'.length)}`,
      object: 'batch',
      endpoint,
      input_file_id: input.about.id,
      completion_window: asString(body['completion_window']) ?? '24h',
      status: 'completed',
      output_file_id: stored.id,
      error_file_id: null,
      created_at: now,
      completed_at: now,
      expires_at: now + 86_400,
      request_counts: { total: results.length, completed: results.length - failed, failed },
      metadata: asObject(body['metadata']) ?? null,
    }
    if (this.#batches.size >= maxFiles) this.#batches.clear()
    this.#batches.set(batch.id, batch)
    return jsonReply(batch)
  }

  listBatches(): WholeReply {
    return jsonReply({ object: 'list', data: [...this.#batches.values()], has_more: false })
  }

  batch(id: string): WholeReply {
    const batch = this.#batches.get(id)
    if (batch === undefined) throw new ProviderRefusal(404, `No batch found with id '${id}'.`)
    return jsonReply(batch)
  }

  #keep(filename: string, purpose: string, bytes: Uint8Array): StoredFile['about'] {
    if (bytes.length > maxStoredBytes) throw new ProviderRefusal(413, 'The file is too large.')
    const id = `file-sim-${hashText(`${++this.#uploads} ${filename}`)}`
    const created_at = this.#nowSeconds()
    const about = {
      id,
      object: 'file',
      bytes: bytes.length,
      created_at,
      filename,
      purpose,
      status: 'processed',
    }
    for (const oldest of this.#files.values()) {
      if (this.#files.size < maxFiles && this.#storedBytes + bytes.length <= maxStoredBytes) break
      this.#forget(oldest)
    }
    this.#files.set(id, { about, bytes })
    this.#storedBytes += bytes.length
    return about
  }

  #find(id: string): StoredFile {
    const file = this.#files.get(id)
    if (file === undefined)
      throw new ProviderRefusal(404, `No such File object: ${id}`, { param: 'id' })
    return file
  }

  #forget(file: StoredFile): void {
    this.#files.delete(file.about.id)
    this.#storedBytes -= file.bytes.length
  }
}

async function runBatchLine(line: string, index: number, runLine: RunLine) {
  const parsed = asObject(parseJson(line))
  const body = asObject(parsed?.['body'])
  const path = asString(parsed?.['url']) ?? ''
  const id = `batch_req_sim_${index}`
  const custom_id = asString(parsed?.['custom_id']) ?? null
  if (body === undefined || !batchEndpoints.includes(path)) {
    return {
      id,
      custom_id,
      response: null,
      error: { code: 'invalid_line', message: 'The line is not valid.' },
    }
  }
  try {
    const answer = await runLine(path, { ...body, stream: false })
    const response = {
      status_code: answer.status,
      request_id: answer.headers.get('x-request-id'),
      body: parseJson(await answer.text()) ?? null,
    }
    return {
      id,
      custom_id,
      response,
      error: answer.ok ? null : { code: 'failed', message: 'The request failed.' },
    }
  } catch (error) {
    return { id, custom_id, response: null, error: { code: 'failed', message: String(error) } }
  }
}
