import { asObject, isObject } from '../../src/core/json.ts'
import type { JsonObject } from '../../src/core/json.ts'

/** What the admin API said. */
export interface AdminAnswer {
  readonly status: number
  readonly json: JsonObject
  /** The member `data`; empty for errors. */
  readonly data: JsonObject
}

/** Asks the admin API with the key of an administrator. */
export type AskAdmin = (method: string, path: string, body?: JsonObject) => Promise<AdminAnswer>

/** An administrator with a key. */
export interface TestAdministrator {
  readonly key: string
  /** Entry of `server.admin.keys`, in one line of YAML. */
  readonly entry: string
  /** Returns what asks a gateway in this name. */
  at(gateway: { readonly adminUrl: string }): AskAdmin
}

/** Makes an administrator. */
export function administrator(name: string): TestAdministrator {
  const key = `the-admin-key-of-${name}`
  const sha256 = new Bun.CryptoHasher('sha256').update(key).digest('hex')
  return {
    key,
    entry: `{ name: ${name}, sha256: ${sha256} }`,
    at: (gateway) => async (method, path, body) => {
      const response = await fetch(gateway.adminUrl + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const json: unknown = await response.json()
      if (!isObject(json)) throw new Error('The admin API answered with something else.')
      return { status: response.status, json, data: asObject(json['data']) ?? {} }
    },
  }
}
