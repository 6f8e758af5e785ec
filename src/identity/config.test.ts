import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { hashKey, keysConfigSchema, newKey } from './index.ts'

const sha256: string = hashKey(newKey())

describe('keysConfigSchema', () => {
  test('fills in what is left out', () => {
    expect(keysConfigSchema.parse(undefined)).toEqual([])
    expect(
      keysConfigSchema.parse([{ name: 'a', sha256: sha256.toUpperCase(), user: 'ana' }]) as unknown,
    ).toEqual([
      {
        name: 'a',
        sha256,
        user: 'ana',
        kind: 'user',
        tenant: 'default',
        groups: [],
        models: ['*'],
      },
    ])
  })

  test('reads times with an offset and refuses times without', () => {
    const key = { name: 'a', sha256, user: 'ana' }
    const [read] = keysConfigSchema.parse([{ ...key, expiresAt: '2027-01-31T00:00:00+01:00' }])
    expect(read?.expiresAt).toBe(Date.parse('2027-01-30T23:00:00Z'))
    expect(keysConfigSchema.safeParse([{ ...key, expiresAt: '2027-01-31' }]).success).toBe(false)
  })

  test('refuses a plain key, an unknown field, and a name or hash used twice', () => {
    const issuesOf = (keys: object[]): unknown =>
      keysConfigSchema.safeParse(keys).error?.issues.map(({ path, message }) => ({ path, message }))
    const plain = newKey()
    expect(JSON.stringify(issuesOf([{ name: 'a', sha256: plain, user: 'ana' }]))).not.toContain(
      plain,
    )
    expect(issuesOf([{ name: 'a', sha256, user: 'ana', sha: 'x' }])).toHaveLength(1)
    const other: string = hashKey(newKey())
    expect(
      issuesOf([
        { name: 'a', sha256, user: 'ana' },
        { name: 'a', sha256: other, user: 'ben' },
        { name: 'b', sha256: sha256.toUpperCase(), user: 'ben' },
      ]),
    ).toEqual([
      { path: [1, 'name'], message: 'is the same as that of keys[0]' },
      { path: [2, 'sha256'], message: 'is the same as that of keys[0]' },
    ])
  })

  test('becomes JSON Schema with a description of every field', () => {
    const schema = JSON.stringify(z.toJSONSchema(keysConfigSchema, { io: 'input' }))
    for (const text of ['SHA-256 of the key', 'refused', 'Department of the caller']) {
      expect(schema).toContain(text)
    }
  })
})
