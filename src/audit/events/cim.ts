import { joined } from './fields.ts'
import { product } from './product.ts'
import type { EventView } from './view.ts'

/** A data model of Splunk's Common Information Model that an event is for. */
export type CimClass = 'web' | 'authentication' | 'change' | 'dlp' | 'ids' | 'alert'

/** The tags by which each data model finds its events; the add-on sets them by `event_class`. */
export const cimTags = {
  web: ['web', 'proxy'],
  authentication: ['authentication'],
  change: ['change', 'audit'],
  dlp: ['dlp', 'incident'],
  ids: ['ids', 'attack'],
  alert: ['alert'],
} as const satisfies Record<CimClass, readonly string[]>

/** Values of CIM fields by name. */
export type CimFields = Readonly<Record<string, string | number | readonly string[] | undefined>>

const unknown = 'unknown'

/**
 * The data models an event is for; none where it fits none, such as a request in which nothing was found. An
 * event is in several only where they do not want different values in a field of the same name.
 */
export function cimClasses(view: EventView): readonly CimClass[] {
  const isGrave = view.severity === 'high' || view.severity === 'critical'
  switch (view.topic) {
    case 'inspection':
      return contentClasses(view)
    case 'exchange':
      if (view.count !== undefined) return ['alert']
      return view.kind === 'shadow' ? [] : ['web', ...contentClasses(view)]
    case 'authentication':
      return ['authentication']
    case 'change':
    case 'service':
      return isGrave ? ['change', 'alert'] : ['change']
    case 'approval':
      return ['alert']
    case 'other':
      return []
  }
}

/** Attacks are for Intrusion Detection; any other finding, and what a rule did without one, is for DLP. */
function contentClasses({ findings, ruleIds, action, kind }: EventView): readonly CimClass[] {
  const attacks = findings.filter(({ category }) => category === 'attack').length
  const isJudged = kind === 'decision' || ruleIds.length > 0
  const isDlp = findings.length > attacks || (attacks === 0 && isJudged && action !== 'allowed')
  return [...(isDlp ? (['dlp'] as const) : []), ...(attacks > 0 ? (['ids'] as const) : [])]
}

/** The fields that the data models of an event want, under the names of CIM. */
export function cimFields(view: EventView, classes: readonly CimClass[]): CimFields {
  const fields: Record<string, CimFields[string]> = {
    app: 'smartflow',
    vendor_product: product,
    dvc: view.origin.host,
    dest: view.origin.host,
    src: view.source ?? unknown,
    user: view.person.user ?? unknown,
    vendor_account: view.person.tenant ?? unknown,
    severity: view.severity,
    action: view.action,
  }
  for (const name of classes) Object.assign(fields, ofClass[name](view))
  // Each of these is for a model of its own: together they are values of one field.
  if (classes.length > 1 && !classes.includes('change')) fields['category'] = categoriesOf(view)
  return fields
}

const ofClass: Readonly<Record<CimClass, (view: EventView) => CimFields>> = {
  web: webFields,
  authentication: (view) => ({
    action: 'failure',
    authentication_method: view.person.keyId === undefined ? unknown : 'key',
    authentication_service: 'smartflow',
    reason: view.errorCode ?? unknown,
    signature: view.message,
    signature_id: view.errorCode ?? unknown,
    user_id: view.person.keyId,
  }),
  change: changeFields,
  dlp: (view) => ({
    category: categoriesOf(view),
    dlp_type: 'ai',
    object: view.model.modelUsed ?? view.model.modelAsked ?? unknown,
    object_category: view.kind === 'decision' ? 'request' : 'answer',
    object_path: view.requestId ?? unknown,
    signature: signatureOf(view),
    signature_id: joined(view.ruleIds) ?? unknown,
    src_user: view.person.user ?? unknown,
  }),
  ids: (view) => ({
    action: view.action === 'blocked' ? 'blocked' : 'allowed',
    category: categoriesOf(view),
    ids_type: 'application',
    signature: signatureOf(view),
    signature_id: joined(view.ruleIds) ?? unknown,
    dest_port: view.origin.port,
  }),
  alert: (view) => ({
    id: view.id,
    description: view.message,
    signature: view.change?.command ?? view.message.replace(/\d[\d.:TZ-]*/g, '#'),
    signature_id: view.change?.command ?? view.errorCode ?? view.kind,
    type: view.topic === 'approval' ? 'task' : 'alert',
    user_name: view.person.user ?? unknown,
  }),
}

function webFields(view: EventView): CimFields {
  const { origin, path, model } = view
  return {
    category: 'generative-ai',
    dest_port: origin.port,
    status: view.status,
    // Of calls the path is not recorded.
    url: `${origin.isTls ? 'https' : 'http'}://${origin.host}:${origin.port}${path ?? '/'}`,
    url_domain: origin.host,
    uri_path: path,
    http_method: view.method,
    // Records do not tell it.
    http_user_agent: unknown,
    http_user_agent_length: unknown.length,
    bytes_in: view.bytesIn,
    duration: view.durationMs,
    response_time: view.firstByteMs,
    cached: model.cache === undefined ? undefined : String(model.cache === 'hit'),
  }
}

const serviceActions: Readonly<Record<string, string>> = {
  'service.start': 'started',
  'service.stop': 'stopped',
}

function changeFields({ change, outcome, topic, kind, errorCode }: EventView): CimFields {
  const status = outcome ?? 'success'
  const command = change?.command ?? kind
  return {
    action: unquoted(serviceActions[command] ?? change?.kind ?? 'modified'),
    change_type: topic === 'service' ? 'service' : 'configuration',
    command,
    object: change?.object ?? unknown,
    object_attrs: unquoted(joined(change?.fields ?? []) ?? unknown),
    object_category: change?.objectKind ?? unknown,
    object_id: unquoted(change?.object ?? unknown),
    status,
    result: status === 'failure' ? (errorCode ?? 'failed') : undefined,
    ...(topic === 'service' && { user: 'system' }),
  }
}

function categoriesOf({ findings, ruleIds }: EventView): readonly string[] {
  const categories = [...new Set(findings.map(({ category }) => category))]
  if (categories.length > 0) return categories
  return [ruleIds.some((id) => id.startsWith('barrier/')) ? 'barrier' : 'policy']
}

/** What was found most, or else the rule that spoke. */
function signatureOf({ findings, ruleIds }: EventView): string {
  return findings[0]?.label ?? ruleIds[0] ?? unknown
}

/** The model of changes takes a value with a quotation mark for none. */
function unquoted(text: string): string {
  return text.replaceAll('"', "'")
}
