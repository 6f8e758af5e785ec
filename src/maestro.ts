import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBodyReader } from './body-reader.ts'
import type { BodyReaderOptions } from './body-reader.ts'
import {
  asksForCalls,
  complianceNotConfigured,
  compilePolicies,
  createBarriers,
  createCategories,
  createCompliance,
  createExactDataFinder,
  createFinders,
  createHasher,
  createNameRecognizer,
  createNameTagger,
  createPatternCompiler,
  createTermFinder,
  labelsOf,
  inspectionNotConfigured,
  lazyBuiltIns,
  Memo,
  openDictionaries,
  openTables,
  placesOf,
  readNameModel,
  toolTierOf,
} from './compliance/index.ts'
import type {
  BarrierSet,
  BarrierKnowledge,
  BuiltIns,
  CategorySet,
  ComplianceConfig,
  CustomPattern,
  FinderParts,
  Finders,
  HoldDesk,
  InspectionParts,
  LabelInfo,
  PoliciesConfig,
  PolicySet,
  PolicyVocabulary,
  TermFinder,
} from './compliance/index.ts'
import type { Clock } from './core/clock.ts'
import { parseJson } from './core/json.ts'
import { toolCallContent } from './oversight/index.ts'
import type { Direction } from './core/facts.ts'
import { createDryRuns, once } from './dry-runs.ts'
import type { DryRuns } from './dry-runs.ts'
import type { GatewayConfig } from './gateway.ts'
import type { ComplianceStage, InspectionStage } from './pipeline/index.ts'
import { openKeyFile } from './storage/index.ts'

export interface MaestroDependencies extends BodyReaderOptions {
  readonly clock: Clock
  /** What barriers know beside their configuration; it outlives every version of it. */
  readonly barriers: Omit<BarrierKnowledge, 'clock'>
  readonly detection: Detection
  readonly holds: HoldDesk
}

/** What all configuration versions share. */
export interface Detection {
  readonly builtIns: () => BuiltIns
  /** Key of hashes that take the place of values: the same value has the same hash in every call. */
  readonly hashKey: () => Uint8Array
  /** Returns what finds terms and rows; large ones take seconds to build, so unchanged ones are kept. */
  readonly terms: (config: TermsConfig) => readonly TermFinder[]
}

type TermsConfig = Pick<ComplianceConfig, 'dictionaries' | 'exactData'>

/** Returns what all configuration versions share; nothing is built or read before it is needed. */
export function openDetection(dataDir: string): Detection {
  let key: Uint8Array | undefined
  return {
    builtIns: lazyBuiltIns(),
    hashKey: () => (key ??= openKeyFile(join(dataDir, 'compliance-hash.key'))),
    terms: keptTerms(),
  }
}

/** Builds the finders of dictionaries and tables, and keeps the last ones for the next configuration. */
function keptTerms(): Detection['terms'] {
  let last: { readonly key: string; readonly finders: readonly TermFinder[] } | undefined
  return ({ dictionaries, exactData }) => {
    if (dictionaries.length === 0 && exactData.length === 0) return []
    const files = new Map<string, Uint8Array>()
    const digest = new Bun.CryptoHasher('sha256').update(JSON.stringify([dictionaries, exactData]))
    const read = (path: string): Uint8Array => {
      const bytes = files.get(path) ?? readFile(path)
      files.set(path, bytes)
      return bytes
    }
    for (const { file } of [...dictionaries, ...exactData]) {
      // A file that cannot be read is told by who needs it, with place and cure.
      if (existsSync(file)) digest.update(read(file))
    }
    const key = digest.digest('hex')
    if (last?.key === key) return last.finders
    const finders = [
      ...(dictionaries.length === 0
        ? []
        : [createTermFinder(openDictionaries(dictionaries, read))]),
      ...(exactData.length === 0 ? [] : [createExactDataFinder(openTables(exactData, read))]),
    ]
    last = { key, finders }
    return finders
  }
}

/** The compliance of one configuration version. */
export interface Maestro extends AsyncDisposable {
  readonly stage: ComplianceStage
  /** Inspects the events of realtime sessions. */
  readonly inspection: InspectionStage
  /** Tries content and rules without a call; also in a gateway that inspects nothing. */
  readonly dryRuns: DryRuns
}

/** The sections of a configuration that decide about content. */
type ContentConfig = Pick<
  GatewayConfig,
  | 'policies'
  | 'barriers'
  | 'compliance'
  | 'models'
  | 'aliases'
  | 'providers'
  | 'server'
  | 'oversight'
>

/**
 * Builds what inspects content: detectors, dictionaries, categories, policies, barriers. A gateway with no rule
 * and nothing to observe inspects nothing and says so. Throws where a rule or a file cannot be used.
 */
export function createMaestro(config: ContentConfig, dependencies: MaestroDependencies): Maestro {
  const ground = once(() => groundOf(config, dependencies))
  const inForce = once(() => rulesOf(config, config.policies, ground(), dependencies))
  const isOn = isConfigured(config)
  const compliance = isOn ? createCompliance(inForce(), true) : undefined
  const { clock, barriers: store } = dependencies
  return {
    stage: compliance ?? complianceNotConfigured,
    inspection: compliance?.sessions ?? inspectionNotConfigured,
    dryRuns: createDryRuns({
      policies: config.policies,
      inForce,
      partsBy: (policies) => rulesOf(config, policies, ground(), dependencies),
      barriersWith: (history) =>
        barriersOf(config, { clock, barriers: { history, crossings: store.crossings } }),
      history: store.history,
      content: ground,
      isOn,
    }),
    [Symbol.asyncDispose]: async () => {
      if (ground.isDone()) await ground().names?.recognizer[Symbol.asyncDispose]()
    },
  }
}

/** Tells whether anything asks for the content of calls. */
function isConfigured({ policies, barriers, compliance }: ContentConfig): boolean {
  const { walls, conflicts } = barriers
  return policies.length > 0 || walls.length > 0 || conflicts.length > 0 || compliance.observe
}

/** What finds and labels content, whatever the policies are. */
interface Ground {
  readonly terms: readonly TermFinder[]
  readonly labels: readonly LabelInfo[]
  readonly categories: CategorySet
  readonly names: FinderParts['names']
}

function groundOf(config: ContentConfig, { detection }: MaestroDependencies): Ground {
  const labels = labelsOf(config.compliance)
  return {
    terms: detection.terms(config.compliance),
    labels,
    categories: createCategories(config.compliance.categories, { labels, readFile }),
    names: namesOf(config),
  }
}

/** Joins policies with what finds content. */
function rulesOf(
  config: ContentConfig,
  rules: PoliciesConfig,
  { terms, labels, categories, names }: Ground,
  dependencies: MaestroDependencies,
): InspectionParts {
  const { maxInspectionMs, unreadable } = config.compliance
  const { detection, clock, holds } = dependencies
  const policies = compilePolicies(rules, vocabularyOf(config, labels, categories))
  const threshold = thresholdOf(config, policies, categories)
  return {
    finders: findersOf(config, { ...detection.builtIns(), terms, names, threshold }),
    policies,
    categories,
    barriers: barriersOf(config, dependencies),
    clock,
    reader: createBodyReader(dependencies),
    tierOf: (tool) => toolTierOf(tool, config.oversight.tools).tier,
    hash: createHasher(detection.hashKey()),
    limits: {
      maxInspectionMs,
      unreadable,
      maxAnswerBytes: config.server.limits.maxAnswerBytes,
    },
    memo: new Memo(),
    holds,
    holdsCalls: asksForCalls(rules),
    toolCallContent: (name, given) => toolCallContent(name, parseJson(given) ?? given),
  }
}

function patternsOf({ patterns }: ContentConfig['compliance']): CustomPattern[] {
  return patterns.map(({ name, label = `custom:${name}`, category, score }) => ({
    label,
    category,
    score,
  }))
}

function vocabularyOf(
  config: ContentConfig,
  findings: readonly LabelInfo[],
  categories: CategorySet,
): PolicyVocabulary {
  return { ...placesOf(config), findings, labels: categories.labels }
}

function barriersOf(
  { barriers }: ContentConfig,
  {
    barriers: store,
    clock,
  }: Pick<BarrierKnowledge, 'clock'> & {
    readonly barriers: Omit<BarrierKnowledge, 'clock'>
  },
): BarrierSet | undefined {
  if (barriers.walls.length === 0 && barriers.conflicts.length === 0) return undefined
  const { history, crossings } = store
  return createBarriers(barriers, { history, crossings, clock })
}

function namesOf({ compliance }: ContentConfig): FinderParts['names'] {
  const { enabled, inlineCharacters, queueCharacters } = compliance.names
  if (!enabled) return undefined
  return {
    recognizer: createNameRecognizer({ inlineCharacters, queueCharacters }),
    tagger: createNameTagger(readNameModel()),
  }
}

/** Lowest score at which a policy or a category asks for a finding. */
function thresholdOf(
  { compliance }: ContentConfig,
  policies: PolicySet,
  categories: CategorySet,
): FinderParts['threshold'] {
  const excluded = new Set(compliance.excludeDetectors)
  return (label: string, category: string, direction: Direction) => {
    if (excluded.has(label)) return Infinity
    const asked = [policies.needs(label, category, direction), categories.needs(label)]
      .filter((need) => need !== undefined)
      .map(({ minScore }) => minScore)
    return asked.length === 0 ? undefined : Math.min(...asked)
  }
}

type FoundBy = BuiltIns & Pick<FinderParts, 'terms' | 'names' | 'threshold'>

function findersOf({ compliance }: ContentConfig, parts: FoundBy): Finders {
  const { patterns, injection } = compliance
  const custom =
    patterns.length === 0
      ? {}
      : {
          patterns: {
            set: createPatternCompiler().compile(patterns),
            entries: patternsOf(compliance),
          },
        }
  return createFinders({
    ...parts,
    ...custom,
    injection: injection ? parts.injection : undefined,
  })
}

function readFile(path: string): Uint8Array {
  return readFileSync(path)
}
