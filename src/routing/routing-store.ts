import { join } from 'node:path'
import { parseJson } from '../core/json.ts'
import { migrate, openDatabase } from '../storage/index.ts'
import type { Migration } from '../storage/index.ts'
import { chainBodySchema } from './chain-schema.ts'
import type { FallbackChain } from './fallback-chain.ts'
import type { Override, OverrideStore } from './override.ts'

/** What administrators have set about routing while the gateway ran, in a SQLite file. */
export interface RoutingStore extends AsyncDisposable {
  readonly overrides: OverrideStore
  /** Returns all chains by name. */
  chains(): readonly FallbackChain[]
  /** Keeps a chain, instead of one of the same name. */
  putChain(chain: FallbackChain): void
  removeChain(name: string): void
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE override (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        provider TEXT NOT NULL,
        set_by TEXT NOT NULL,
        set_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE fallback_chains (
        name TEXT PRIMARY KEY,
        body TEXT NOT NULL,
        updated_by TEXT NOT NULL,
        updated_at INTEGER NOT NULL
      ) STRICT`,
  },
]

interface OverrideRow {
  readonly provider: string
  readonly set_by: string
  readonly set_at: number
  readonly expires_at: number
}

interface ChainRow {
  readonly name: string
  readonly body: string
  readonly updated_by: string
  readonly updated_at: number
}

/** Opens the store of a data folder, and makes it when it is missing. */
export function openRoutingStore(options: { readonly dataDir: string }): RoutingStore {
  const database = openDatabase(join(options.dataDir, 'routing.sqlite'))
  migrate(database, migrations)
  const readOverride = database.prepare<OverrideRow>('SELECT * FROM override')
  const writeOverride = database.prepare(
    'INSERT OR REPLACE INTO override VALUES (1, ?1, ?2, ?3, ?4)',
  )
  const dropOverride = database.prepare('DELETE FROM override')
  const readChains = database.prepare<ChainRow>('SELECT * FROM fallback_chains ORDER BY name')
  const writeChain = database.prepare(
    'INSERT OR REPLACE INTO fallback_chains VALUES (?1, ?2, ?3, ?4)',
  )
  const dropChain = database.prepare('DELETE FROM fallback_chains WHERE name = ?1')

  return {
    overrides: {
      load() {
        const row = readOverride.get()
        return row === null ? undefined : overrideOf(row)
      },
      save(override) {
        if (override === undefined) dropOverride.run()
        else {
          const { provider, setBy, setAt, expiresAt } = override
          writeOverride.run(provider, setBy, setAt, expiresAt)
        }
      },
    },
    chains: () => readChains.all().map(chainOf),
    putChain({ name, updatedBy, updatedAt, ...body }) {
      writeChain.run(name, JSON.stringify(body), updatedBy, updatedAt)
    },
    removeChain: (name) => void dropChain.run(name),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

function overrideOf(row: OverrideRow): Override {
  const { provider, set_by: setBy, set_at: setAt, expires_at: expiresAt } = row
  return { provider, setBy, setAt, expiresAt }
}

/** Throws when the file was changed by another program and holds no chain there. */
function chainOf({
  name,
  body,
  updated_by: updatedBy,
  updated_at: updatedAt,
}: ChainRow): FallbackChain {
  return { ...chainBodySchema.parse(parseJson(body)), name, updatedBy, updatedAt }
}
