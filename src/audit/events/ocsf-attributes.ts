import { isIP } from 'node:net'
import { product, vendor } from './product.ts'
import type { EventView } from './view.ts'

/** The classes of events that are used. */
export type ClassName =
  'base' | 'detection' | 'dataSecurity' | 'authentication' | 'entity' | 'lifecycle' | 'api'

/** What each class has beyond what all events have. */
export const attributesOf: Readonly<Record<ClassName, (view: EventView) => object>> = {
  base: () => ({}),
  api: (view) => ({
    actor: actorOf(view),
    api: {
      operation: view.model.operation ?? view.kind,
      service: { name: product },
      request: { uid: view.requestId ?? view.id },
      ...(view.status !== undefined && {
        response: { code: view.status, error: view.errorCode },
      }),
    },
    src_endpoint: endpointOf(view.source),
    dst_endpoint: hostOf(view),
  }),
  authentication: (view) => ({
    user: userOf(view),
    service: { name: product },
    src_endpoint: endpointOf(view.source),
    dst_endpoint: hostOf(view),
    is_remote: true,
  }),
  entity: (view) => ({
    actor: actorOf(view),
    entity: { name: view.change?.object ?? 'gateway', type: view.change?.objectKind ?? 'unknown' },
    comment: view.change?.command,
    src_endpoint: endpointOf(view.source),
  }),
  lifecycle: (view) => ({ app: productOf(view) }),
  detection: (view) => ({
    finding_info: findingOf(view),
    is_alert: view.severity !== 'informational',
  }),
  dataSecurity: (view) => ({
    finding_info: findingOf(view),
    is_alert: view.severity !== 'informational' && view.severity !== 'low',
    actor: actorOf(view),
    src_endpoint: endpointOf(view.source),
    dst_endpoint: hostOf(view),
    data_security: {
      ...classificationOf(view),
      policy: { name: view.ruleIds[0] ?? 'none', version: view.policyVersion },
      total: view.findingCount,
    },
  }),
}

function findingOf(view: EventView): object {
  const title = view.findings[0]?.label ?? view.ruleIds[0] ?? view.message
  return {
    uid: view.id,
    title,
    types: view.findings.map(({ label }) => label),
    created_time: view.at,
  }
}

/** Ids of the classification of data, by our categories. */
const dataCategories: ReadonlyMap<string, { category_id: number; category: string }> = new Map(
  [
    ...['identity', 'contact', 'health', 'name', 'location'].map((name) => [name, 1] as const),
    ['financial', 3] as const,
    ['customer', 4] as const,
    ['secret', 6] as const,
  ].map(([name, id]) => [
    name,
    {
      category_id: id,
      category: { 1: 'Personal', 3: 'Financial', 4: 'Business', 6: 'Security' }[id],
    },
  ]),
)

function classificationOf({ findings: found }: EventView): object {
  const known = found.map(({ category }) => dataCategories.get(category))
  return known.find((entry) => entry !== undefined) ?? { category_id: 99, category: 'Other' }
}

function actorOf(view: EventView): object {
  if (view.person.user === undefined) return { app_name: view.person.product ?? 'unknown' }
  return { user: userOf(view), app_name: view.person.product }
}

function userOf({ person }: EventView): object {
  return {
    name: person.user ?? 'unknown',
    type_id: 0,
    type: 'Unknown',
    credential_uid: person.keyId,
    ...(person.department !== undefined && { org: { ou_name: person.department } }),
    ...(person.groups.length > 0 && { groups: person.groups.map((name) => ({ name })) }),
  }
}

/** An address, or the name of where something came from. */
function endpointOf(source: string | undefined): object {
  if (source === undefined) return { name: 'unknown' }
  return isIP(source) === 0 ? { name: source } : { ip: source }
}

function hostOf({ origin }: EventView): object {
  return { hostname: origin.host, port: origin.port }
}

/** This product. */
export function productOf({ origin }: EventView): object {
  return { name: product, vendor_name: vendor, version: origin.version }
}
