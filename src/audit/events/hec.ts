import { cimClasses, cimFields } from './cim.ts'
import { jsonInOneLine } from './json-lines.ts'
import type { EventView } from './view.ts'

/** Where Splunk puts the events of a sink. */
export interface HecOptions {
  /** Such as `smartflow:audit`; the add-on knows events by it. */
  readonly sourcetype: string
  /** Splunk's default for the token when absent. */
  readonly index?: string | undefined
  /** Name of the log when absent. */
  readonly source?: string | undefined
}

/**
 * Writes an event for Splunk's HTTP Event Collector: one JSON object with its envelope, in one line without
 * a line feed; a batch is such objects one after the other. The event has the fields of the CIM data models in
 * `event_class` at the top, what OpenTelemetry has a name for in `gen_ai`, and the rest in `smartflow`.
 */
export function encodeHec(view: EventView, { sourcetype, index, source }: HecOptions): string {
  const classes = cimClasses(view)
  return jsonInOneLine({
    time: view.at / 1000,
    host: view.origin.host,
    source: source ?? view.origin.logId,
    sourcetype,
    index,
    event: {
      event_id: view.id,
      event_kind: view.kind,
      event_class: classes,
      message: view.message,
      ...cimFields(view, classes),
      gen_ai: genAi(view),
      smartflow: own(view),
    },
    fields: { event_id: view.id, ...(classes.length > 0 && { event_class: classes }) },
  })
}

/** Names of the OpenTelemetry GenAI conventions; Splunk reads `gen_ai.request.model` and so on. */
function genAi({ model }: EventView): object {
  return {
    operation: { name: model.operation },
    provider: { name: model.provider },
    request: { model: model.modelAsked },
    response: { model: model.modelUsed },
    usage: {
      input_tokens: model.inputTokens,
      output_tokens: model.outputTokens,
      cache_read: { input_tokens: model.cacheReadTokens },
      reasoning: { output_tokens: model.reasoningTokens },
    },
  }
}

function own(view: EventView): object {
  const { person, model, change } = view
  return {
    sequence: view.sequence,
    topic: view.topic,
    outcome: view.outcome,
    tenant: person.tenant,
    department: person.department,
    groups: person.groups,
    product: person.product,
    key_id: person.keyId,
    request_id: view.requestId,
    trace_id: view.traceId,
    span_id: view.spanId,
    hold_id: view.holdId,
    status: view.status,
    error_code: view.errorCode,
    rule_ids: view.ruleIds,
    labels: view.labels,
    findings: view.findings,
    finding_count: view.findingCount,
    tools: model.tools,
    client_format: model.clientFormat,
    cost_nano_usd: model.costNanoUsd,
    price_version: model.priceVersion,
    attempts: model.attempts,
    cache: model.cache,
    duration_ms: view.durationMs,
    first_byte_ms: view.firstByteMs,
    count: view.count,
    first_at: view.firstAt,
    last_at: view.lastAt,
    changed_fields: change?.fields,
    policy_version: view.policyVersion,
    config_version: view.configVersion,
    is_cut: view.isCut,
  }
}
