import { isIP } from 'node:net'
import { visible } from './bounds.ts'
import { joined, joinWithin } from './fields.ts'
import { product, vendor } from './product.ts'
import type { EventView, Severity } from './view.ts'

type Value = string | number | undefined

// ArcSight: 0 to 3 low, 4 to 6 medium, 7 and 8 high, 9 and 10 very high.
const severityNumbers = {
  informational: 1,
  low: 3,
  medium: 5,
  high: 8,
  critical: 10,
} as const satisfies Record<Severity, number>

/**
 * Writes an event as Common Event Format 0, without a frame and in one line. What has no key in the
 * dictionary of CEF goes into its custom fields, each with its label. Extensions that have no room are left
 * out, the least important first, and `flexString2=true` labelled `isCut` tells of it.
 * @param maxBytes of the whole line, at least 1,024
 */
export function encodeCef(view: EventView, maxBytes: number): string {
  const { kind, message, severity, origin } = view
  const head = [
    'CEF:0',
    vendor,
    product,
    escapeHeader(origin.version),
    escapeHeader(kind),
    escapeHeader(message),
    severityNumbers[severity],
    '',
  ].join('|')
  const extensions = extensionsOf(view)
  const mark = 'flexString2Label=isCut flexString2=true'
  return (
    head +
    joinWithin(view.isCut ? [...extensions, mark] : extensions, {
      separator: ' ',
      mark,
      maxBytes: Math.max(maxBytes, 1_024) - Buffer.byteLength(head),
    })
  )
}

function extensionsOf(view: EventView): readonly string[] {
  const { person, model, origin, change } = view
  const findings = joined(view.findings.map(({ label, count }) => `${label}:${count}`))
  return [
    ...pair('rt', view.at),
    ...pair('externalId', view.id),
    ...pair('cat', view.topic),
    ...pair('act', view.action ?? change?.command),
    ...pair('outcome', view.outcome),
    ...pair('suser', person.user),
    ...sourceOf(view.source),
    ...pair('dvchost', origin.host),
    ...pair('dpt', origin.port),
    ...pair('app', model.operation),
    ...pair('reason', view.errorCode),
    ...pair('request', view.path),
    ...pair('requestMethod', view.method),
    ...custom('cs1', 'ruleIds', joined(view.ruleIds)),
    ...custom('cs2', 'labels', joined(view.labels)),
    ...custom('cs3', 'findings', findings),
    ...custom('cs4', 'model', model.modelUsed ?? model.modelAsked),
    ...custom('cs5', 'provider', model.provider),
    ...custom('cs6', 'requestId', view.requestId),
    ...custom('cn1', 'inputTokens', model.inputTokens),
    ...custom('cn2', 'outputTokens', model.outputTokens),
    ...custom('cn3', 'status', view.status),
    ...custom('cfp1', 'costUsd', costUsd(model.costNanoUsd)),
    ...custom('cfp2', 'durationMs', view.durationMs),
    ...custom('flexString1', 'department', person.department),
    ...pair('requestContext', view.traceId),
    ...pair('in', view.bytesIn),
    ...pair('cnt', view.count),
    ...pair('destinationServiceName', change?.object),
    ...pair('suid', person.keyId),
    ...pair('sourceServiceName', person.product),
    ...pair('sntdom', person.tenant),
    ...pair('start', view.firstAt),
    ...pair('end', view.lastAt),
  ]
}

function pair(key: string, value: Value): readonly string[] {
  return value === undefined || value === '' ? [] : [`${key}=${escapeValue(String(value))}`]
}

/** A custom field and its label: one text, so that neither is left out without the other. */
function custom(key: string, label: string, value: Value): readonly string[] {
  return pair(key, value).map((field) => `${key}Label=${escapeValue(label)} ${field}`)
}

/** `src` takes only IPv4; for IPv6 there is a custom field, and anything else is a name. */
function sourceOf(source: string | undefined): readonly string[] {
  const family = isIP(source ?? '')
  if (family === 4) return pair('src', source)
  return family === 6 ? custom('c6a2', 'Source IPv6 Address', source) : pair('shost', source)
}

/** Dollars as a decimal number without an exponent. */
export function costUsd(nanoUsd: number | undefined): string | undefined {
  return nanoUsd === undefined ? undefined : (nanoUsd / 1e9).toFixed(9)
}

function escapeHeader(text: string): string {
  return visible(text.replace(/[\\|]/g, '\\$&'))
}

/** In values a backslash, an equals sign and the ends of lines are escaped; a pipe is not. */
function escapeValue(text: string): string {
  const escaped = text.replace(/[\\=]/g, '\\$&')
  return visible(escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r'))
}
