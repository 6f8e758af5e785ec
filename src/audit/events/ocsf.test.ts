import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encodeOcsf, eventFrom } from './index.ts'
import { sampleDecision, sampleOrigin, samples } from './testing/samples.ts'

type Fields = Readonly<Record<string, unknown>>

const leafHash = '0f'.repeat(32)

const events = samples.map(({ title, record }) => {
  const view = eventFrom(record, sampleOrigin, sampleDecision)
  const event: Fields = JSON.parse(encodeOcsf(view, { leafHash }))
  return { title, event }
})

describe('an OCSF event', () => {
  test('has the class of what it tells', () => {
    expect(
      Object.fromEntries(events.map(({ title, event }) => [title, event['class_uid']])),
    ).toEqual({
      'a request in which something was replaced': 2006,
      'a request in which nothing was found': 6003,
      'an attack that was blocked': 2004,
      'a request that crossed a barrier': 2006,
      'a call that ended': 6003,
      'a call whose answer was blocked': 6003,
      'a key that was revoked': 3002,
      'a call beyond a limit': 6003,
      'refusals in sum': 6003,
      'the start': 6002,
      'a recovery': 6002,
      'a change by an administrator': 3004,
      'an emergency stop': 3004,
      'a copy of a call that was compared': 6003,
      'an action that waits for approval': 6003,
    })
  })

  test('has a type made of its class and activity, and the hash of its record', () => {
    for (const { event } of events) {
      expect(event['type_uid']).toBe(
        Number(event['class_uid']) * 100 + Number(event['activity_id']),
      )
      expect(event['category_uid']).toBe(Math.floor(Number(event['class_uid']) / 1000))
      expect(event['attestation_list']).toEqual([
        {
          chain_uid: sampleOrigin.logId,
          fingerprint: { algorithm_id: 3, algorithm: 'SHA-256', value: leafHash },
        },
      ])
    }
  })
})

/** The part of the schema that is development data: it need not be there. */
interface Schema {
  readonly files: Readonly<Record<string, Definition>>
}

interface Definition {
  readonly extends?: string
  readonly constraints?: { readonly at_least_one?: readonly string[] }
  readonly attributes: Readonly<Record<string, Attribute | readonly string[]>>
}

interface Attribute {
  readonly requirement?: string
  readonly enum?: Readonly<Record<string, unknown>>
}

const dataFile = join(import.meta.dir, '../../../../shared/data/siem/ocsf_1.9.0-dev_subset.json')
const paths: Readonly<Record<number, readonly string[]>> = {
  2004: ['events/findings/finding.json', 'events/findings/detection_finding.json'],
  2006: ['events/findings/finding.json', 'events/findings/data_security_finding.json'],
  3002: ['events/iam/iam.json', 'events/iam/authentication.json'],
  3004: ['events/iam/iam.json'],
  6002: ['events/application/application.json'],
  6003: ['events/application/application.json', 'events/application/api_activity.json'],
}
const objects = [
  'metadata',
  'actor',
  'api',
  'policy',
  'finding_info',
  'data_security',
  'ai_model',
  'message_context',
  'user',
]

if (existsSync(dataFile)) {
  const { files }: Schema = await Bun.file(dataFile).json()
  const definition = (path: string) => {
    const found = files[path]
    if (found === undefined) throw new Error(`no ${path}`)
    return found
  }

  for (const { title, event } of events) {
    test(`${title} has what its class requires`, () => {
      const own = paths[Number(event['class_uid'])] ?? []
      const events = ['events/base_event.json', ...own, 'profiles/security_control.json']
      // The data has not the classes for changes and for the service itself, only what those extend.
      const isWhole = own.length === 2
      const attributes = Object.assign({}, ...events.map((path) => definition(path).attributes))
      expect(
        faults(event, { attributes }, isWhole ? mergedEnums(events.map(definition)) : new Map()),
      ).toEqual([])
      for (const path of own) expect(faults(event, definition(path), new Map())).toEqual([])
      for (const name of objects) {
        const value = event[name]
        if (!isFields(value)) continue
        const schema = definition(`objects/${name}.json`)
        expect(
          faults(value, schema, mergedEnums([schema])).map((fault) => `${name}.${fault}`),
        ).toEqual([])
        const unknownNames = Object.keys(value).filter((key) => !knows(schema, key))
        expect(unknownNames).toEqual([])
      }
    })
  }

  /** `name` and `uid` are in every entity; a classification is in what extends it. */
  function knows(schema: Definition, key: string): boolean {
    if (key in schema.attributes || (schema.extends === '_entity' && ['name', 'uid'].includes(key)))
      return true
    const base = files[`objects/${schema.extends}.json`]
    return base !== undefined && knows(base, key)
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function mergedEnums(definitions: readonly Definition[]): ReadonlyMap<string, ReadonlySet<string>> {
  const enums = new Map<string, Set<string>>()
  for (const { attributes } of definitions) {
    for (const [name, attribute] of Object.entries(attributes)) {
      const isOfClass = name === 'class_uid' || name === 'category_uid'
      if (isOfClass || !('enum' in attribute) || attribute.enum === undefined) continue
      const values = enums.get(name) ?? new Set(['0', '99'])
      for (const value of Object.keys(attribute.enum)) values.add(value)
      enums.set(name, values)
    }
  }
  return enums
}

function faults(
  value: Fields,
  { attributes, constraints }: Definition,
  enums: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const some = constraints?.at_least_one ?? []
  const missing = Object.entries(attributes).flatMap(([name, attribute]) =>
    'requirement' in attribute && attribute.requirement === 'required' && value[name] === undefined
      ? [`${name} is missing`]
      : [],
  )
  const odd = [...enums].flatMap(([name, known]) => {
    const given = value[name]
    return given === undefined || known.has(JSON.stringify(given))
      ? []
      : [`${name} is ${JSON.stringify(given)}`]
  })
  const none = some.length > 0 && !some.some((name) => value[name] !== undefined)
  return [...missing, ...odd, ...(none ? [`none of ${some.join()}`] : [])]
}
