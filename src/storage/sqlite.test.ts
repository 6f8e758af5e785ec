import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, openDatabase, readDatabase, type Migration } from './index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smartflow-storage-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const people: Migration = {
  version: 1,
  sql: 'CREATE TABLE people (name TEXT); CREATE TABLE pets (name TEXT)',
}
const ages: Migration = { version: 2, sql: 'ALTER TABLE people ADD COLUMN age INTEGER' }

describe('openDatabase', () => {
  test('makes its folder private and every file of the database too', async () => {
    await using database = openDatabase(join(folder, 'data', 'keys.sqlite'))
    database.execute('CREATE TABLE t (x)')
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
    const files = readdirSync(join(folder, 'data'))
    expect(files.toSorted()).toEqual(['keys.sqlite', 'keys.sqlite-shm', 'keys.sqlite-wal'])
    for (const file of files) expect(statSync(join(folder, 'data', file)).mode & 0o777).toBe(0o600)
  })

  test('narrows the mode of a database that others could read', async () => {
    const path = join(folder, 'open.sqlite')
    writeFileSync(path, '', { mode: 0o644 })
    await using database = openDatabase(path)
    expect(statSync(database.path).mode & 0o777).toBe(0o600)
  })

  test('writes ahead, syncs every commit, enforces foreign keys and waits for locks', async () => {
    await using database = openDatabase(join(folder, 'a.sqlite'))
    const pragma = (name: string): unknown =>
      Object.values(database.prepare<object>(`PRAGMA ${name}`).get() ?? {})[0]
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('synchronous')).toBe(2)
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('busy_timeout')).toBe(5000)
  })

  test('names the file when it is no database', () => {
    const path = join(folder, 'novel.sqlite')
    writeFileSync(path, 'It was the best of times, it was the worst of times. '.repeat(40))
    expect(() => openDatabase(path)).toThrow(`The database ${path} cannot be opened: file is not`)
  })

  test('closes on disposal, also twice, and frees the file', async () => {
    const database = openDatabase(join(folder, 'a.sqlite'))
    const statement = database.prepare('SELECT 1')
    await database[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
    expect(() => statement.get()).toThrow()
    expect(readdirSync(folder)).toEqual(['a.sqlite'])
  })
})

describe('readDatabase', () => {
  test('reads what another connection writes, and changes nothing', async () => {
    const path = join(folder, 'a.sqlite')
    {
      await using database = openDatabase(path)
      database.execute('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
      await using reader = readDatabase(path)
      database.execute('INSERT INTO t VALUES (2)')
      expect(reader.prepare<unknown>('SELECT x FROM t').all()).toEqual([{ x: 1 }, { x: 2 }])
      expect(() => reader.execute('INSERT INTO t VALUES (3)')).toThrow('readonly')
    }
    await using reader = readDatabase(path)
    expect(reader.prepare<unknown>('SELECT count(*) AS n FROM t').get()).toEqual({ n: 2 })
  })

  test('makes no file that is not there', () => {
    const path = join(folder, 'none.sqlite')
    expect(() => readDatabase(path)).toThrow(`The database ${path} cannot be read`)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('transaction', () => {
  test('keeps all or nothing', async () => {
    await using database = openDatabase(join(folder, 'a.sqlite'))
    migrate(database, [people])
    const insert = database.prepare('INSERT INTO people VALUES (?1)')
    const names = database.prepare<{ name: string }>('SELECT name FROM people')
    expect(() =>
      database.transaction(() => {
        insert.run('Ana')
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(names.all()).toEqual([])
    expect(database.transaction(() => insert.run('Ben').changes)).toBe(1)
    expect(names.all()).toEqual([{ name: 'Ben' }])
  })
})

describe('migrate', () => {
  test('applies what is missing and nothing twice', async () => {
    const path = join(folder, 'a.sqlite')
    {
      await using database = openDatabase(path)
      migrate(database, [people])
      migrate(database, [people])
      database.execute("INSERT INTO people VALUES ('Ana')")
    }
    await using database = openDatabase(path)
    migrate(database, [people, ages])
    expect(database.prepare<unknown>('SELECT * FROM people').all()).toEqual([
      { name: 'Ana', age: null },
    ])
  })

  test('changes nothing when a step fails', async () => {
    await using database = openDatabase(join(folder, 'a.sqlite'))
    const broken: Migration = { version: 2, sql: 'CREATE TABLE extra (x); CREATE TABLE people (x)' }
    expect(() => migrate(database, [people, broken])).toThrow('already exists')
    expect(database.prepare('SELECT name FROM sqlite_schema').all()).toEqual([])
    migrate(database, [people, ages])
  })

  test('refuses a file of a newer program and says what to do', async () => {
    await using database = openDatabase(join(folder, 'a.sqlite'))
    migrate(database, [people, ages])
    expect(() => migrate(database, [people])).toThrow(
      'has schema version 2, this program knows up to 1: start the newer program',
    )
  })

  test('refuses migrations out of order', async () => {
    await using database = openDatabase(join(folder, 'a.sqlite'))
    expect(() => migrate(database, [ages])).toThrow('numbered')
  })

  test('lets four processes open and migrate the same new file at once', async () => {
    const path = join(folder, 'shared.sqlite')
    const script = `
      const { openDatabase, migrate } = await import(${JSON.stringify(join(import.meta.dir, 'index.ts'))})
      await using database = openDatabase(${JSON.stringify(path)})
      migrate(database, [{ version: 1, sql: 'CREATE TABLE t (x)' }])
      database.execute('INSERT INTO t VALUES (1)')`
    const runs = Array.from({ length: 4 }, () =>
      Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' }),
    )
    const ends = await Promise.all(
      runs.map(async (run) => ({ code: await run.exited, text: await run.stderr.text() })),
    )
    expect(ends).toEqual(ends.map(() => ({ code: 0, text: '' })))
    await using database = openDatabase(path)
    expect(database.prepare<unknown>('SELECT count(*) AS n FROM t').get()).toEqual({ n: 4 })
  })
})
