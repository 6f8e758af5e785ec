import { createBodyReader } from '../../../body-reader.ts'
import { systemClock } from '../../../core/clock.ts'
import type { PolicyFacts, Treatment } from '../../../core/facts.ts'
import {
  anthropicMessages,
  geminiArray,
  openAiChat,
  openAiResponses,
} from '../../../formats/index.ts'
import type { BarrierSet, PolicySet } from '../../contracts.ts'
import { createScanner, identifierDetectors } from '../../detectors/index.ts'
import { createHasher } from '../../redaction/index.ts'
import { createSecretScanner, tokenRules } from '../../secrets/index.ts'
import { createCompliance, createFinders, Memo } from '../index.ts'
import type { Compliance, InspectionParts } from '../index.ts'

/** What is done with findings of a label, the same both ways. */
export type ToyRules = Readonly<Record<string, Treatment | 'block'>>

/** A policy of one rule for each label, from a score of 0.5 on. */
export function toyPolicy(rules: ToyRules): PolicySet {
  const isBlocked = ({ observations }: PolicyFacts): boolean =>
    observations.some(
      ({ label, scores }) => rules[label] === 'block' && scores.some(([score]) => score >= 50),
    )
  return {
    version: 'toy',
    windowSize: 256,
    needs: (label) => (rules[label] === undefined ? undefined : { minScore: 0.5 }),
    evaluate(facts) {
      const blocked = isBlocked(facts)
      return {
        verdict: blocked ? 'block' : 'allow',
        spoken: blocked ? [{ ruleId: 'toy/block', action: 'block', words: 'Not this.' }] : [],
        shadowed: [],
        sharing: 'user',
        treat({ label, score }) {
          const rule = rules[label]
          return rule === 'block' || score < 0.5 ? undefined : rule
        },
      }
    },
  }
}

const scanner = createScanner(identifierDetectors)
const secrets = createSecretScanner(tokenRules)
const formats = [openAiChat, openAiResponses, anthropicMessages, geminiArray]

/** The built-in detectors and a policy. */
export function toyParts(policies: PolicySet, barriers?: BarrierSet): InspectionParts {
  return {
    clock: systemClock,
    reader: createBodyReader({
      clientFormats: new Map(formats.map((format) => [format.name, format])),
      maxFrameBytes: 1_000_000,
    }),
    finders: createFinders({
      scanner,
      secrets,
      terms: [],
      injection: undefined,
      names: undefined,
      threshold: (label, category, direction) =>
        policies.needs(label, category, direction)?.minScore,
    }),
    policies,
    barriers,
    categories: undefined,
    tierOf: () => 'T1',
    hash: createHasher(new Uint8Array(32)),
    memo: new Memo(),
    holdsCalls: true,
    toolCallContent: (name, given) => JSON.stringify([name, given]),
    holds: { ask: () => Promise.resolve({ state: 'waiting', holdId: 'hold-1' }) },
    limits: { maxInspectionMs: 5_000, unreadable: 'block', maxAnswerBytes: 1_000_000 },
  }
}

/** The compliance stage with the built-in detectors and a policy. */
export function toyCompliance(policies: PolicySet, barriers?: BarrierSet): Compliance {
  return createCompliance(toyParts(policies, barriers), true)
}
