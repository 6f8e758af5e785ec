import { join } from 'node:path'
import { isStreamed } from '../core/call.ts'
import type { Answer, Question } from '../core/call.ts'
import type { Clock } from '../core/clock.ts'
import { GatewayError } from '../core/errors.ts'
import { asArray, asObject, asString, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import type { Principal } from '../core/principal.ts'
import { migrate, openDatabase } from '../storage/index.ts'
import type { Migration } from '../storage/index.ts'
import { namedFiles } from './named-files.ts'

/**
 * Who owns the files and batches that providers keep. All users of a gateway share its account at the
 * provider, so without this everyone could list, read and delete what everyone else has stored there.
 */
export interface Ownership extends AsyncDisposable {
  /** Returns the provider that keeps what a question names, `undefined` when it names nothing. Throws `not_found` unless the caller owns it. */
  check(question: Question): string | undefined
  /**
   * Returns the provider that keeps the files a question wants its model to read, `undefined` when it names
   * none. Throws `not_found` unless the caller owns them, `invalid_request` when no one provider keeps all.
   */
  keeperOf(question: Question): string | undefined
  /** Notes what an answer says was created, and returns it with what belongs to others taken out of lists. */
  learn(question: Question, answer: Answer): Answer
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE stored_objects (
      id TEXT NOT NULL,
      provider TEXT NOT NULL,
      tenant TEXT NOT NULL,
      user TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (id, provider)
    ) STRICT`,
  },
]

/** Fields of a stored object that name further objects of the same owner. */
const ownedFields = ['output_file_id', 'error_file_id'] as const
const decoder = new TextDecoder()

/** Opens the registry of stored objects of a data folder, and makes it when it is missing. */
export function openOwnership(options: {
  readonly dataDir: string
  readonly clock: Clock
}): Ownership {
  const database = openDatabase(join(options.dataDir, 'stored-objects.sqlite'))
  migrate(database, migrations)
  const find = database.prepare<{ provider: string }>(
    'SELECT provider FROM stored_objects WHERE id = ?1 AND tenant = ?2 AND user = ?3 LIMIT 1',
  )
  const insert = database.prepare(
    'INSERT INTO stored_objects VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING',
  )
  const providerOf = (id: string, principal: Principal): string | undefined =>
    find.get(id, principal.tenant, principal.id)?.provider
  const requireProvider = (id: string, principal: Principal): string => {
    const provider = providerOf(id, principal)
    if (provider !== undefined) return provider
    // The same words whether it is missing or another's: existence is not to be learnt here.
    throw new GatewayError('not_found', 'There is no such file or batch of yours.')
  }
  const own = (id: string, provider: string, principal: Principal): void => {
    insert.run(id, provider, principal.tenant, principal.id, options.clock.now())
  }

  return {
    check({ call, principal, body }) {
      const named = [idOfPath(call.path), asString(body.json?.['input_file_id'])]
      let provider: string | undefined
      for (const id of named) {
        if (id !== undefined) provider = requireProvider(id, principal)
      }
      return provider
    },
    keeperOf({ principal, body }) {
      const providers = new Set(namedFiles(body).map((id) => requireProvider(id, principal)))
      const [provider, ...others] = providers
      if (others.length === 0) return provider
      throw new GatewayError('invalid_request', 'The files are kept by different providers.')
    },
    learn({ call, principal }, answer) {
      const { provider, body } = answer
      // Responses have owners of their own.
      if (call.operation === 'responses') return answer
      if (answer.status >= 300 || provider === undefined || isStreamed(body)) return answer
      // What a file holds is its owner's words, not the provider's: nothing is to be learnt from them.
      if (/\/content(\?|$)/.test(call.path)) return answer
      const json = asObject(parseJson(typeof body === 'string' ? body : decoder.decode(body)))
      if (json === undefined) return answer
      const id = asString(json['id'])
      if (id !== undefined && (call.method === 'POST' || idOfPath(call.path) === id)) {
        if (call.method === 'POST' && idOfPath(call.path) === undefined)
          own(id, provider, principal)
        for (const field of ownedFields) {
          const further = asString(json[field])
          if (further !== undefined) own(further, provider, principal)
        }
      }
      if (json['object'] !== 'list') return answer
      return { ...answer, body: JSON.stringify(onlyOwned(json, principal, providerOf)) }
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** A page of a list without what belongs to others; the provider's cursors stay usable. */
function onlyOwned(
  list: JsonObject,
  principal: Principal,
  providerOf: (id: string, principal: Principal) => string | undefined,
): JsonObject {
  const data = asArray(list['data']).filter((entry) => {
    const id = asString(asObject(entry)?.['id'])
    return id !== undefined && providerOf(id, principal) !== undefined
  })
  const ends = { first_id: idOf(data[0]), last_id: idOf(data.at(-1)) }
  return { ...list, data, ...('first_id' in list ? ends : {}) }
}

function idOf(entry: unknown): string | null {
  return asString(asObject(entry)?.['id']) ?? null
}

/** `/files/file-1/content?x` names `file-1`. */
function idOfPath(path: string): string | undefined {
  return /^\/(?:files|batches)\/([A-Za-z0-9_-]+)/.exec(path)?.[1]
}
