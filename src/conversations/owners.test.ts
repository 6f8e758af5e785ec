import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePrincipal } from '../../test/support/question.ts'
import { openOwners } from './owners.ts'

const ana = makePrincipal({ id: 'ana' })
const eve = makePrincipal({ id: 'eve' })

function open(dataDir = mkdtempSync(join(tmpdir(), 'owners-')), time = { now: 1000 }) {
  const errors: unknown[] = []
  const owners = openOwners({
    dataDir,
    clock: { now: () => time.now },
    limits: () => ({ ownerTtlMs: 60_000, maxOwners: 1000 }),
    onError: (error) => errors.push(error),
  })
  return { owners, errors, dataDir, time }
}

test('a response belongs to whom it was made for, at once and after a restart', async () => {
  const { owners, dataDir, errors } = open()
  owners.own(['resp_1', 'msg_1'], 'openai', ana)
  expect(owners.providerOf('resp_1', ana)).toBe('openai')
  expect(owners.providerOf('resp_1', eve)).toBeUndefined()
  await owners[Symbol.asyncDispose]()
  const again = open(dataDir)
  await using _ = again.owners
  expect(again.owners.providerOf('msg_1', ana)).toBe('openai')
  expect(again.owners.providerOf('msg_1', eve)).toBeUndefined()
  expect(again.owners.providerOf('msg_1', makePrincipal({ id: 'ana', tenant: 'x' }))).toBe(
    undefined,
  )
  expect(errors).toEqual([])
})

test('an id that has an owner keeps it', async () => {
  const { owners, dataDir } = open()
  owners.own(['resp_1'], 'openai', ana)
  owners.own(['resp_1'], 'openai', eve)
  await owners[Symbol.asyncDispose]()
  const again = open(dataDir)
  again.owners.own(['resp_1'], 'openai', eve)
  await again.owners[Symbol.asyncDispose]()
  const last = open(dataDir)
  await using _ = last.owners
  expect(last.owners.providerOf('resp_1', ana)).toBe('openai')
  expect(last.owners.providerOf('resp_1', eve)).toBeUndefined()
})

test('what was deleted is nobody’s, whether it was written already or not', async () => {
  const { owners, dataDir } = open()
  owners.own(['resp_1', 'resp_2'], 'openai', ana)
  owners.forget('resp_2', eve)
  owners.forget('resp_1', ana)
  await owners[Symbol.asyncDispose]()
  const again = open(dataDir)
  await using _ = again.owners
  expect(again.owners.providerOf('resp_1', ana)).toBeUndefined()
  expect(again.owners.providerOf('resp_2', ana)).toBe('openai')
  again.owners.forget('resp_2', ana)
  expect(again.owners.providerOf('resp_2', ana)).toBeUndefined()
})

test('owners are forgotten when their time is over, and the oldest when there are too many', async () => {
  const { owners, dataDir, time } = open()
  owners.own(['old'], 'openai', ana)
  await owners[Symbol.asyncDispose]()
  time.now += 70_000
  const later = open(dataDir, time)
  const many = Array.from({ length: 1100 }, (_, index) => `resp_${index}`)
  later.owners.own(many, 'openai', ana)
  await later.owners[Symbol.asyncDispose]()
  const last = open(dataDir, time)
  await using _ = last.owners
  expect(last.owners.providerOf('old', ana)).toBeUndefined()
  expect(last.owners.providerOf('resp_0', ana)).toBeUndefined()
  expect(last.owners.providerOf('resp_1099', ana)).toBe('openai')
})
