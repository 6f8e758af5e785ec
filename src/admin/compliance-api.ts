import type { DryRunInput } from '../compliance/index.ts'
import { GatewayError } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import { data } from './area.ts'
import type { AdminArea, Change, ChangeRequest } from './area.ts'
import {
  feedbackBodySchema,
  intelligentScanBodySchema,
  scanBodySchema,
} from './compliance-schema.ts'
import type { ComplianceAdministration, ComplianceInForce } from './compliance-types.ts'
import { showIntelligentScan, showScan } from './compliance-views.ts'
import { evaluate, requireKnown } from './evaluate.ts'
import { Refusal } from './refusal.ts'
import { readBySchema } from './routing-schema.ts'

const evaluatePath = '/api/maestro/evaluate'
const basePath = '/api/compliance'
const scanPath = `${basePath}/scan`
const intelligentPath = `${basePath}/intelligent`
const feedbackPath = `${intelligentPath}/feedback`
const savePath = `${basePath}/persistence/save`
const questionPaths = new Set([evaluatePath, scanPath, `${intelligentPath}/scan`])
/** Paths of clients of engines that learn. */
const learningPattern = new RegExp(
  `^${basePath}/(?:learning/(?:summary|status/[^/]+)|org/(?:summary|status/[^/]+)|persistence/(?:stats|save))$`,
)
/** Name that stands for all policies in force, where no policy is called so. */
const allPolicies = 'enterprise_standard'

/** The paths `/api/maestro/evaluate` and `/api/compliance/…`. */
export function complianceArea(compliance: ComplianceAdministration): AdminArea {
  return {
    read({ path }) {
      if (path === `${intelligentPath}/stats`) return data(statistics(compliance.current()))
      if (path === `${intelligentPath}/health`) return data(health(compliance.current()))
      if (learningPattern.test(path)) throw learnsNothing()
      return undefined
    },
    methods: (path) =>
      questionPaths.has(path) || path === feedbackPath || path === savePath ? ['POST'] : [],
    change(request) {
      if (request.path === feedbackPath) return reporting(request, compliance)
      throw learnsNothing()
    },
    questions: {
      isAt: (path) => questionPaths.has(path),
      maxBodyBytes: () => compliance.maxBodyBytes(),
      answer: (request) => answer(request, compliance),
    },
  }
}

async function answer(
  { path, body }: ChangeRequest,
  compliance: ComplianceAdministration,
): Promise<Response> {
  try {
    if (path === evaluatePath) return await evaluate(body, compliance)
    return await (path === scanPath ? scan(body, compliance) : intelligentScan(body, compliance))
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const { status, code, message } = error
    throw new Refusal({ status, code }, message)
  }
}

function scan(
  body: JsonObject | undefined,
  { use, newScanId }: ComplianceAdministration,
): Promise<Response> {
  const { content, policy, direction } = readBySchema(scanBodySchema, body)
  return use(async ({ dryRuns }) => {
    const { policyNames, isOn } = dryRuns
    const isAlone = policy !== allPolicies || policyNames.includes(policy)
    if (isAlone) requireKnown('policy', policy, [...policyNames, allPolicies])
    const report = await dryRuns.run(scanned(content, { direction }), isAlone ? policy : undefined)
    return data(showScan(report, { id: newScanId(), policy, isOn: isOn || isAlone }))
  })
}

function intelligentScan(
  body: JsonObject | undefined,
  { use, newScanId }: ComplianceAdministration,
): Promise<Response> {
  const asked = readBySchema(intelligentScanBodySchema, body)
  return use(async ({ dryRuns }) => {
    const startedAt = performance.now()
    const report = await dryRuns.run(
      scanned(asked.content, {
        user: asked.user_id ?? undefined,
        tenant: asked.org_id ?? undefined,
      }),
    )
    const durationUs = Math.round((performance.now() - startedAt) * 1000)
    const facts = { id: newScanId(), isOn: dryRuns.isOn, durationUs }
    return data(showIntelligentScan(report, facts))
  })
}

/** Content that is scanned goes nowhere: rules about targets are silent. */
function scanned(
  text: string,
  {
    direction = 'request',
    user = 'nobody',
    tenant = 'default',
  }: {
    readonly direction?: DryRunInput['direction'] | undefined
    readonly user?: string | undefined
    readonly tenant?: string | undefined
  },
): DryRunInput {
  const role = direction === 'answer' ? 'assistant' : 'user'
  return {
    direction,
    principal: { id: user, kind: 'user', tenant, groups: [] },
    operation: 'chat',
    model: '',
    targets: [],
    content: { type: 'texts', texts: [{ role, kind: 'text', text }], tools: [], attachments: [] },
  }
}

/** What somebody says of a scan or a decision is recorded, and changes no rule by itself. */
function reporting({ body }: ChangeRequest, { current }: ComplianceAdministration): Change {
  const said = readBySchema(feedbackBodySchema, body)
  // Notes may quote what was found.
  const notes = said.notes == null ? null : current().dryRuns.hide(said.notes)
  return {
    facts: {
      action: 'compliance.feedback',
      subject: said.scan_id,
      before: null,
      after: {
        is_false_positive: said.is_false_positive,
        label: said.label ?? null,
        rule: said.rule ?? null,
        user: said.user_id ?? null,
        notes,
      },
    },
    make: () => data({ scan_id: said.scan_id, recorded: true, notes }, 201),
  }
}

function statistics({ dryRuns }: ComplianceInForce): JsonObject {
  const { policies, findings, labels } = dryRuns.rules()
  const byCategory: Record<string, number> = {}
  for (const { category } of findings) byCategory[category] = (byCategory[category] ?? 0) + 1
  const builtIn = findings.filter(({ isBuiltIn }) => isBuiltIn).length
  return {
    policy_version: policies.version,
    total_patterns: findings.length,
    builtin_patterns: builtIn,
    custom_patterns: findings.length - builtIn,
    learned_patterns: 0,
    patterns_by_category: byCategory,
    content_labels: labels.length,
    // Scores are of each finding; there is no history to take the average of.
    average_confidence: null,
  }
}

function health({ dryRuns }: ComplianceInForce): JsonObject {
  return {
    status: 'healthy',
    engine: 'deterministic',
    inspects_calls: dryRuns.isOn,
    policy_version: dryRuns.rules().policies.version,
  }
}

function learnsNothing(): Refusal {
  return new Refusal(
    { status: 501, code: 'not_supported' },
    'This engine is deterministic: it learns nothing from traffic, so it has no baselines, no learnt patterns and no state to save. The same content always gets the same verdict; change the policies to change it.',
  )
}
