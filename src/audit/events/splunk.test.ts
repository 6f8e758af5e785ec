import { describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cimTags, encodeHec, eventFrom } from './index.ts'
import type { CimClass } from './index.ts'
import { sampleDecision, sampleOrigin, samples } from './testing/samples.ts'

type Fields = Readonly<Record<string, unknown>>

interface CheckedField {
  readonly name: string
  readonly type: string
  readonly condition?: string
  readonly expected_values?: readonly string[]
}

/** Checks of add-ons: development data, which need not be there. */
interface AddOnChecks {
  readonly common_fields_not_to_be_set: readonly string[]
  readonly models: Readonly<Record<string, readonly { readonly fields: readonly CheckedField[] }[]>>
}

const events = samples.map(({ title, record }) => {
  const envelope: Envelope = JSON.parse(
    encodeHec(eventFrom(record, sampleOrigin, sampleDecision), {
      sourcetype: 'smartflow:audit',
      index: 'ai',
    }),
  )
  return { title, envelope }
})

const envelopeKeys = ['time', 'host', 'source', 'sourcetype', 'index', 'event', 'fields']

interface Envelope {
  readonly time: number
  readonly event: Fields & { readonly event_class: readonly CimClass[] }
  readonly fields: Fields
}

describe('an event for Splunk', () => {
  test('has the envelope of the HTTP Event Collector, and flat indexed fields', () => {
    for (const { envelope } of events) {
      expect(Object.keys(envelope)).toEqual(envelopeKeys)
      expect(envelope.time).toBeGreaterThan(1_699_999_999)
      expect(envelope.time).toBeLessThan(1_800_000_000)
      for (const value of Object.values(envelope.fields).flat()) expect(value).toBeString()
      expect(envelope.fields['event_id']).toBe(envelope.event['event_id'])
    }
  })

  test('is for the data models of what it tells', () => {
    const classes = events.map(({ title, envelope }) => [title, envelope.event.event_class])
    expect(Object.fromEntries(classes)).toEqual({
      'a request in which something was replaced': ['dlp'],
      'a request in which nothing was found': [],
      'an attack that was blocked': ['ids'],
      'a request that crossed a barrier': ['dlp'],
      'a call that ended': ['web'],
      'a call whose answer was blocked': ['web', 'dlp'],
      'a key that was revoked': ['authentication'],
      'a call beyond a limit': ['web'],
      'refusals in sum': ['alert'],
      'the start': ['change'],
      'a recovery': ['change', 'alert'],
      'a change by an administrator': ['change'],
      'an emergency stop': ['change', 'alert'],
      'a copy of a call that was compared': [],
      'an action that waits for approval': ['alert'],
    })
  })
})

const dataFile = join(import.meta.dir, '../../../../shared/data/siem/cim_addon_checks.json')
const models: Readonly<Record<CimClass, string>> = {
  web: 'Web',
  authentication: 'Authentication',
  change: 'Change',
  dlp: 'DLP',
  ids: 'Intrusion_Detection',
  alert: 'Alerts',
}

/** Required fields that no record tells: the data model itself fills them in. */
const untold: ReadonlySet<string> = new Set(['bytes', 'bytes_out'])

if (existsSync(dataFile)) {
  const checks: AddOnChecks = await Bun.file(dataFile).json()
  for (const { title, envelope } of events) {
    for (const name of envelope.event.event_class) {
      test(`${title} has the fields of ${models[name]}`, () => {
        const [model] = checks.models[models[name]] ?? []
        if (model === undefined) throw new Error('no such model')
        expect(faults(envelope.event, model.fields)).toEqual([])
      })
    }
    test(`${title} sets no field that Splunk sets itself`, () => {
      const set = checks.common_fields_not_to_be_set.filter((name) => name in envelope.event)
      expect(set).toEqual([])
    })
  }

  test('every class has the tags of its model', () => {
    for (const [name, model] of Object.entries(models)) {
      expect(JSON.stringify(checks.models[model])).toContain(`"${cimTags[name as CimClass][0]}"`)
    }
  })
}

/** What the checks would say about an event: required fields that are missing, values that are not expected. */
function faults(event: Fields, fields: readonly CheckedField[]): readonly string[] {
  return fields.flatMap(({ name, type, condition, expected_values: expected }) => {
    const value = event[name]
    const isRequired =
      (type === 'required' && !untold.has(name)) ||
      (condition === 'status=failure' && event['status'] === 'failure')
    if (value === undefined || value === '') return isRequired ? [`${name} is missing`] : []
    const values = [value].flat().map(String)
    // The checks allow only two types of it, though they and the model have a child for this one.
    if (name === 'ids_type' && value === 'application') return []
    const odd = expected === undefined ? [] : values.filter((each) => !expected.includes(each))
    return odd.map((each) => `${name} is ${each}`)
  })
}
