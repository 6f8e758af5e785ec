import { jsonInOneLine } from './json-lines.ts'
import { attributesOf, productOf } from './ocsf-attributes.ts'
import type { ClassName } from './ocsf-attributes.ts'
import { product } from './product.ts'
import type { EventAction, EventView, Severity } from './view.ts'

/** What is known of the proof of a record, for the profile `record_integrity`. */
export interface OcsfOptions {
  /** SHA-256 of the leaf of the record in the tree of the log, in hexadecimal. */
  readonly leafHash?: string | undefined
}

interface EventClass {
  readonly uid: number
  readonly name: string
  readonly category: number
  readonly categoryName: string
}

const application = { category: 6, categoryName: 'Application Activity' }
const findings = { category: 2, categoryName: 'Findings' }
const access = { category: 3, categoryName: 'Identity & Access Management' }

const classes = {
  base: { uid: 0, name: 'Base Event', category: 0, categoryName: 'Uncategorized' },
  detection: { uid: 2004, name: 'Detection Finding', ...findings },
  dataSecurity: { uid: 2006, name: 'Data Security Finding', ...findings },
  authentication: { uid: 3002, name: 'Authentication', ...access },
  entity: { uid: 3004, name: 'Entity Management', ...access },
  lifecycle: { uid: 6002, name: 'Application Lifecycle', ...application },
  api: { uid: 6003, name: 'API Activity', ...application },
} as const satisfies Record<ClassName, EventClass>

const severities = {
  informational: { severity_id: 1, severity: 'Informational' },
  low: { severity_id: 2, severity: 'Low' },
  medium: { severity_id: 3, severity: 'Medium' },
  high: { severity_id: 4, severity: 'High' },
  critical: { severity_id: 5, severity: 'Critical' },
} as const satisfies Record<Severity, object>

const actions = {
  allowed: { action_id: 1, action: 'Allowed' },
  blocked: { action_id: 2, action: 'Denied' },
  modified: { action_id: 4, action: 'Modified' },
  deferred: { action_id: 99, action: 'Deferred' },
} as const satisfies Record<EventAction, object>

/** Nothing was asked for that could be allowed. */
const observed = { action_id: 3, action: 'Observed' }

/** Version of the schema that events follow. */
export const ocsfVersion = '1.9.0'

/** Writes an event as an object of the Open Cybersecurity Schema Framework 1.9: JSON without a line feed. */
export function encodeOcsf(view: EventView, options: OcsfOptions = {}): string {
  const name = classOf(view)
  const eventClass: EventClass = classes[name]
  const activity = activityOf(view, name)
  const profiles = ['security_control', ...(hasModel(name) ? ['ai_operation'] : [])]
  if (options.leafHash !== undefined) profiles.push('record_integrity')
  if (view.traceId !== undefined && name === 'api') profiles.push('trace')
  return jsonInOneLine({
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: eventClass.category,
    category_name: eventClass.categoryName,
    class_uid: eventClass.uid,
    class_name: eventClass.name,
    type_uid: eventClass.uid * 100 + activity.id,
    time: view.at,
    message: view.message,
    ...severities[view.severity],
    ...(name !== 'detection' && name !== 'dataSecurity' && statusOf(view)),
    ...(view.action === undefined ? observed : actions[view.action]),
    metadata: metadataOf(view, profiles),
    ...(view.ruleIds[0] !== undefined && {
      policy: { name: view.ruleIds[0], version: view.policyVersion },
    }),
    ...(view.count !== undefined && {
      count: view.count,
      start_time: view.firstAt,
      end_time: view.lastAt,
    }),
    ...(hasModel(name) && modelOf(view)),
    ...(profiles.includes('trace') && { trace: { uid: view.traceId, span: { uid: view.spanId } } }),
    ...attributesOf[name](view),
    ...(options.leafHash !== undefined && {
      attestation_list: [attestation(view, options.leafHash)],
    }),
    unmapped: unmapped(view),
  })
}

function classOf(view: EventView): ClassName {
  switch (view.topic) {
    case 'inspection':
      if (view.findings.some(({ category }) => category === 'attack')) return 'detection'
      return view.findings.length > 0 || view.action !== 'allowed' ? 'dataSecurity' : 'api'
    case 'exchange':
    case 'approval':
      return 'api'
    case 'authentication':
      return 'authentication'
    case 'change':
      return 'entity'
    case 'service':
      return 'lifecycle'
    case 'other':
      return 'base'
  }
}

/** The profile `ai_operation` is for applications and identities, not for findings. */
function hasModel(name: ClassName): boolean {
  return name === 'api'
}

function activityOf({ change, method }: EventView, name: ClassName): { id: number; name: string } {
  if (name === 'authentication') return { id: 1, name: 'Logon' }
  if (name === 'detection' || name === 'dataSecurity') return { id: 1, name: 'Create' }
  if (name === 'lifecycle' && change?.command === 'service.start') return { id: 3, name: 'Start' }
  if (name === 'lifecycle' && change?.command === 'service.stop') return { id: 4, name: 'Stop' }
  if (name === 'entity') {
    if (change?.kind === 'created') return { id: 1, name: 'Create' }
    return change?.kind === 'deleted' ? { id: 4, name: 'Delete' } : { id: 3, name: 'Update' }
  }
  // A call of a model makes an answer.
  if (name === 'api' && method === 'POST') return { id: 1, name: 'Create' }
  return { id: 99, name: 'Other' }
}

function statusOf({ outcome, status, errorCode }: EventView): object {
  const known = {
    success: { status_id: 1, status: 'Success' },
    failure: { status_id: 2, status: 'Failure' },
  }
  return {
    ...(outcome === undefined ? {} : known[outcome]),
    status_code: status === undefined ? undefined : String(status),
    status_detail: errorCode,
  }
}

function metadataOf(view: EventView, profiles: readonly string[]): object {
  return {
    version: ocsfVersion,
    uid: view.id,
    sequence: view.sequence,
    event_code: view.kind,
    correlation_uid: view.requestId,
    tenant_uid: view.person.tenant,
    log_name: view.origin.logId,
    is_truncated: view.isCut,
    labels: view.labels,
    profiles,
    product: productOf(view),
  }
}

function modelOf({ model, person }: EventView): object {
  const { inputTokens, outputTokens } = model
  const total =
    inputTokens === undefined || outputTokens === undefined ? undefined : inputTokens + outputTokens
  const name = model.modelUsed ?? model.modelAsked
  return {
    ...(name !== undefined && {
      ai_model: { ai_provider: model.provider ?? 'Unknown', name },
    }),
    message_context: {
      service: { name: product },
      ...(person.product !== undefined && { application: { name: person.product } }),
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: total,
    },
  }
}

function attestation({ origin }: EventView, leafHash: string): object {
  return {
    chain_uid: origin.logId,
    fingerprint: { algorithm_id: 3, algorithm: 'SHA-256', value: leafHash },
  }
}

function unmapped(view: EventView): object {
  const { model, change } = view
  return {
    action: view.action,
    rule_ids: view.ruleIds,
    findings: view.findings,
    hold_id: view.holdId,
    cost_nano_usd: model.costNanoUsd,
    price_version: model.priceVersion,
    cache: model.cache,
    attempts: model.attempts,
    tools: model.tools,
    bytes_in: view.bytesIn,
    duration_ms: view.durationMs,
    first_byte_ms: view.firstByteMs,
    command: change?.command,
    changed_fields: change?.fields,
    config_version: view.configVersion,
  }
}
