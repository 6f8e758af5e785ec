import type { DryRunReport, JudgedText } from '../compliance/index.ts'
import { hideFindings } from '../compliance/index.ts'
import type { RuleStatement } from '../core/facts.ts'
import { treatments } from '../core/facts.ts'
import type { JsonObject } from '../core/json.ts'

/** Categories of findings that are about somebody. */
const personal = new Set(['contact', 'financial', 'health', 'identity', 'name', 'vehicle'])
/** Categories whose findings come from trained models, not from patterns and lists alone. */
const learned = new Set(['attack', 'name'])

/** Most findings that are told one by one. */
const maxFindings = 1000

/** Shows what came of a dry run. */
export function showReport(report: DryRunReport): JsonObject {
  const { decision, reason, facts, texts, barrier } = report
  const { verdict, policyVersion, statements = [], shadowed = [], routeTo, admits } = decision
  return {
    verdict,
    reason: reason ?? null,
    policy_version: policyVersion,
    rules: statements.map(showStatement),
    shadowed: shadowed.map(showStatement),
    labels: [...facts.labels],
    findings: texts.flatMap(showFindings).slice(0, maxFindings),
    findings_total: texts.reduce((sum, { findings }) => sum + findings.length, 0),
    tools: facts.tools.map((tool) => ({ ...tool })),
    attachments: facts.attachments.map((each) => ({ ...each })),
    barrier:
      barrier === undefined
        ? null
        : {
            is_allowed: barrier.isAllowed,
            statements: barrier.statements.map(showStatement),
          },
    targets: facts.targets.map(({ provider, model, region, perimeter }) => ({
      provider,
      model,
      region: region ?? null,
      perimeter: perimeter ?? null,
      is_admitted:
        verdict !== 'block' &&
        routeTo === undefined &&
        (admits?.({ provider, model, region, perimeter }) ?? true),
    })),
    route_to: routeTo ?? null,
    sharing: decision.sharing,
  }
}

function showStatement({ ruleId, action, words }: RuleStatement): JsonObject {
  return { rule: ruleId, action, words }
}

function showFindings({ segment, findings }: JudgedText): JsonObject[] {
  const { place, role, kind, source } = segment
  return findings.map(({ label, category, score, start, end, treatment }) => ({
    label,
    category,
    score: rounded(score),
    place,
    role,
    kind,
    ...(source === undefined ? {} : { source }),
    start,
    end,
    treatment: treatment ?? null,
  }))
}

/** What a scan of one text came to, apart from the form in which it is told. */
export interface ScanSummary {
  readonly risk: number
  readonly violations: readonly RuleStatement[]
  readonly redacted: string
}

/** Weight of what the strictest rule does. */
const actionRisks: Readonly<Record<RuleStatement['action'], number>> = {
  block: 1,
  hold: 0.7,
  redact: 0.4,
  hash: 0.4,
  mask: 0.4,
  tokenise: 0.4,
  warn: 0.25,
  route: 0.25,
  log: 0.1,
  allow: 0,
}
/** Weight of what was found and no rule cares about, at the highest score. */
const findingRisk = 0.24

/** Sums up a scan: its risk is that of the strictest rule that spoke, or of the surest finding. */
export function summarise({ decision, texts }: DryRunReport): ScanSummary {
  const { statements = [], verdict } = decision
  const findings = texts.flatMap((text) => text.findings)
  const risk = Math.max(
    0,
    ...statements.map(({ action }) => actionRisks[action]),
    ...findings.map(({ score }) => score * findingRisk),
  )
  return {
    risk: Math.round(risk * 100) / 100,
    violations: statements.filter(
      ({ action }) =>
        action === 'block' || action === 'hold' || treatments.some((each) => each === action),
    ),
    redacted: texts
      .map(({ segment, findings: found, treated }) =>
        // What goes nowhere is not treated, and is not given back as it was either.
        verdict === 'block' ? hideFindings(segment.text, found) : treated,
      )
      .join('\n'),
  }
}

/** Shows a scan as `POST /api/compliance/scan` answers it. */
export function showScan(
  report: DryRunReport,
  { id, policy, isOn }: { readonly id: string; readonly policy: string; readonly isOn: boolean },
): JsonObject {
  const { risk, violations, redacted } = summarise(report)
  const { verdict, policyVersion } = report.decision
  return {
    scan_id: id,
    compliant: verdict === 'allow',
    verdict,
    risk_score: risk,
    policy,
    policy_version: policyVersion,
    violations: violations.map(showStatement),
    pii_detected: findingsIn(report, (category) => personal.has(category)),
    other_findings: findingsIn(report, (category) => !personal.has(category)),
    recommendations: recommendations(report, isOn),
    redacted_content: redacted,
  }
}

/** Shows a scan as `POST /api/compliance/intelligent/scan` answers it. */
export function showIntelligentScan(
  report: DryRunReport,
  {
    id,
    isOn,
    durationUs,
  }: { readonly id: string; readonly isOn: boolean; readonly durationUs: number },
): JsonObject {
  const { risk, violations } = summarise(report)
  const { statements = [], verdict } = report.decision
  const action =
    verdict === 'block'
      ? 'Block'
      : verdict === 'hold'
        ? 'Review'
        : statements.length > 0
          ? 'AllowAndLog'
          : 'Allow'
  return {
    scan_id: id,
    has_violations: violations.length > 0,
    risk_score: risk,
    recommended_action: action,
    explanation: recommendations(report, isOn).join(' '),
    regex_violations: findingsIn(report, (category) => !learned.has(category)),
    ml_violations: findingsIn(report, (category) => learned.has(category)),
    behavior_deviations: [],
    processing_time_us: durationUs,
  }
}

function rounded(score: number): number {
  return Math.round(score * 1000) / 1000
}

function findingsIn({ texts }: DryRunReport, isMeant: (category: string) => boolean): JsonObject[] {
  return texts
    .flatMap(({ findings }) => findings)
    .filter(({ category }) => isMeant(category))
    .slice(0, maxFindings)
    .map(({ label, category, score, start, end, treatment }) => ({
      type: label,
      category,
      score: rounded(score),
      start,
      end,
      treatment: treatment ?? null,
    }))
}

const advice = {
  allow: 'It may be sent as it is.',
  redact: 'It may be sent as redacted_content.',
  hold: 'It has to be approved by people before it is sent.',
  block: 'It must not be sent.',
} as const

function recommendations({ decision }: DryRunReport, isOn: boolean): string[] {
  const { verdict, statements = [] } = decision
  const words = statements
    .filter(({ action }) => action !== 'allow' && action !== 'log')
    .map((statement) => statement.words)
  const off = isOn
    ? []
    : ['No policy is configured, so nothing is enforced: calls pass uninspected.']
  return [advice[verdict], ...new Set(words), ...off]
}
