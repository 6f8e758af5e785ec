import type { DryRunInput, DryRunReport } from '../compliance/index.ts'
import type { PrincipalFacts, TargetFacts } from '../core/facts.ts'
import { isObject, parseJson } from '../core/json.ts'
import type { JsonObject } from '../core/json.ts'
import { nearest } from '../core/nearest.ts'
import { data } from './area.ts'
import { evaluateBodySchema } from './compliance-schema.ts'
import type { EvaluateBody } from './compliance-schema.ts'
import type { ComplianceAdministration, ComplianceInForce, TriedKey } from './compliance-types.ts'
import { showReport } from './compliance-views.ts'
import { badRequest } from './refusal.ts'
import { readBySchema } from './routing-schema.ts'

/** Answers `POST /api/maestro/evaluate`. Throws a `Refusal`, and what the dry run throws. */
export function evaluate(
  body: JsonObject | undefined,
  compliance: ComplianceAdministration,
): Promise<Response> {
  const asked = readBySchema(evaluateBodySchema, body)
  const { formats, keys, use } = compliance
  if (asked.format !== undefined) requireKnown('format', asked.format, formats)
  const principal = principalOf(asked.as, keys())
  return use(async (inForce) => {
    const { dryRuns } = inForce
    if (asked.policy !== undefined) requireKnown('policy', asked.policy, dryRuns.policyNames)
    const targets = targetsOf(asked, inForce)
    const report = await dryRuns.run(inputOf(asked, { principal, targets }), asked.policy)
    return data({
      inspected: dryRuns.isOn,
      ...showReport(report),
      treated: treatedContent(report, asked),
    })
  })
}

function inputOf(
  { direction, operation, model = '', as, ...asked }: EvaluateBody,
  known: { readonly principal: PrincipalFacts; readonly targets: readonly TargetFacts[] },
): DryRunInput {
  const common = { ...known, direction, operation, model, sourceAddress: as.address }
  if (asked.body !== undefined && asked.format !== undefined) {
    const text = typeof asked.body === 'string' ? asked.body : textOf(asked.body)
    if (!isObject(parseJson(text))) throw badRequest('body: is no JSON object', 'body')
    return { ...common, content: { type: 'body', format: asked.format, text } }
  }
  const role = direction === 'answer' ? 'assistant' : 'user'
  const texts = asked.texts ?? [{ text: asked.text ?? '', kind: 'text' as const }]
  return {
    ...common,
    content: {
      type: 'texts',
      texts: texts.map(({ text, kind, role: own, source }) => ({
        text,
        kind,
        role: own ?? role,
        ...(source !== undefined && { source }),
      })),
      tools: (asked.tools ?? []).map(({ name, use, description, arguments: given }) => ({
        name,
        use,
        ...(description !== undefined && { description }),
        ...(given !== undefined && { arguments: given }),
      })),
      attachments: asked.attachments ?? [],
    },
  }
}

function textOf(body: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    if (error instanceof RangeError) throw badRequest('body: nested too deeply', 'body')
    throw error
  }
}

/** The content as it would go on, in the form in which it was given; null where it goes no further. */
function treatedContent(
  { decision, texts, body }: DryRunReport,
  asked: EvaluateBody,
): JsonObject | null {
  const { verdict } = decision
  // Of an answer nothing goes on while one of its calls of tools waits.
  if (verdict === 'block' || (verdict === 'hold' && asked.direction === 'answer')) return null
  if (asked.body !== undefined) return { body: body ?? null }
  const treated = texts.map((text) => text.treated)
  return asked.text === undefined ? { texts: treated } : { text: treated[0] ?? asked.text }
}

/** Who is taken for the caller: what the key says, and what is said beside it. */
function principalOf(as: EvaluateBody['as'], keys: readonly TriedKey[]): PrincipalFacts {
  const key =
    as.key === undefined ? undefined : keys.find(({ id, name }) => id === as.key || name === as.key)
  if (as.key !== undefined && key === undefined) {
    const names = keys.map(({ name }) => name)
    throw badRequest(`as.key: ${unknownName('key', as.key, names)}`, 'as.key')
  }
  const department = as.department ?? key?.department
  const roles = as.roles ?? key?.roles
  const tier = as.tier ?? key?.tier
  const product = as.product ?? key?.product
  return {
    id: as.user ?? key?.user ?? 'nobody',
    kind: as.kind ?? key?.kind ?? 'user',
    tenant: as.tenant ?? key?.tenant ?? 'default',
    groups: as.groups ?? key?.groups ?? [],
    ...(department !== undefined && { department }),
    ...(roles !== undefined && { roles }),
    ...(tier !== undefined && { tier }),
    ...(product !== undefined && { product }),
    ...(key !== undefined && { keyId: key.id ?? key.name }),
  }
}

function targetsOf(
  { targets, model }: EvaluateBody,
  inForce: ComplianceInForce,
): readonly TargetFacts[] {
  if (targets !== undefined) {
    return targets.map((target) => ({ ...target, model: target.model ?? model ?? '' }))
  }
  if (model === undefined) return []
  const found = inForce.targetsOf(model)
  if (found !== undefined) return found
  throw badRequest(`model: unknown model '${model}'; name one, or its targets`, 'model')
}

/** Throws a `Refusal` for a name that is not known. */
export function requireKnown(param: string, name: string, known: readonly string[]): void {
  if (!known.includes(name)) throw badRequest(`${param}: ${unknownName(param, name, known)}`, param)
}

function unknownName(kind: string, name: string, known: readonly string[]): string {
  const close = nearest(name, known)
  const hint = close === undefined ? `known: ${known.join(', ')}` : `did you mean '${close}'?`
  return `unknown ${kind} '${name}'; ${hint}`
}
