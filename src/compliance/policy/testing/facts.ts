import type { PolicyFacts, TargetFacts } from '../../../core/facts.ts'
import type { PolicySet } from '../../contracts.ts'
import { compilePolicies } from '../compile.ts'
import { policiesConfigSchema } from '../schema.ts'
import type { PoliciesConfig } from '../schema.ts'
import type { PolicyVocabulary } from '../vocabulary.ts'

/** Names that tests use. */
export const vocabulary: PolicyVocabulary = {
  findings: [
    { label: 'payment-card', category: 'financial' },
    { label: 'iban', category: 'financial' },
    { label: 'us-ssn', category: 'identity' },
    { label: 'age', category: 'identity' },
    { label: 'email', category: 'contact' },
    { label: 'private-key', category: 'secret' },
  ],
  openPrefixes: ['custom:'],
  labels: ['deal:falcon', 'deal:heron', 'phi', 'research'],
  models: ['gpt', 'local', 'small-*'],
  providers: ['openai', 'azure', 'ollama'],
  perimeters: ['public', 'eu', 'on-premises'],
  regions: ['us', 'swedencentral'],
}

/** Targets that tests use. */
export const targets = {
  openai: { provider: 'openai', model: 'gpt', region: 'us', perimeter: 'public' },
  azure: { provider: 'azure', model: 'gpt', region: 'swedencentral', perimeter: 'eu' },
  ollama: { provider: 'ollama', model: 'qwen', perimeter: 'on-premises' },
  unlabelled: { provider: 'somewhere', model: 'any' },
} as const satisfies Record<string, TargetFacts>

/** Reads policies as a configuration would. */
export function policiesOf(...policies: readonly unknown[]): PoliciesConfig {
  return policiesConfigSchema.parse(policies)
}

/** Compiles policies with the names of tests. */
export function compiled(...policies: readonly unknown[]): PolicySet {
  return compilePolicies(policiesOf(...policies), vocabulary)
}

/** Compiles one policy of some rules. */
export function rules(...list: readonly object[]): PolicySet {
  const named = list.map((rule, index) => ({ id: `rule-${index}`, ...rule }))
  return compiled({ id: 'test', rules: named })
}

/** A request of somebody in research to a public model, with what is said otherwise. */
export function request(changes: Partial<PolicyFacts> = {}): PolicyFacts {
  return {
    direction: 'request',
    principal: {
      id: 'ana@example.com',
      kind: 'user',
      tenant: 'default',
      department: 'research',
      groups: ['analysts'],
      roles: ['trader'],
      keyId: 'analytics',
    },
    operation: 'chat',
    model: 'gpt',
    targets: [targets.openai],
    observations: [],
    labels: [],
    tools: [],
    attachments: [],
    bytes: 1000,
    ...changes,
  }
}

/** Something found in the text of a user. */
export function found(
  label: string,
  category: string,
  scores: readonly (readonly [number, number])[] = [[95, 1]],
): PolicyFacts['observations'][number] {
  return { label, category, role: 'user', kind: 'text', scores }
}

/** A card number, surely. */
export const card = found('payment-card', 'financial')

/** The text of a user. */
export const userText = { role: 'user', kind: 'text' } as const
