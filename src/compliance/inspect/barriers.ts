import type { Question } from '../../core/call.ts'
import { GatewayError } from '../../core/errors.ts'
import type { BarrierVerdict } from '../contracts.ts'
import type { InspectionParts } from './parts.ts'
import type { BodyText } from './texts.ts'

/** A text of a request with the labels of what is in it. */
export interface LabelledText {
  readonly segment: BodyText
  readonly labels: readonly string[]
}

/** What barriers say, and what to do when the content goes on. */
export interface BarrierAnswer {
  readonly verdict: Pick<BarrierVerdict, 'isAllowed' | 'statements'>
  /** Keeps what was seen; throws when it cannot be kept. */
  readonly record: () => void
}

/**
 * Asks the barriers: the caller sends everything that is in the request, and has received what tools and
 * documents brought into it. What was seen is kept before the request goes on.
 */
export function askBarriers(
  { principal }: Question,
  texts: readonly LabelledText[],
  { barriers, clock }: InspectionParts,
): BarrierAnswer | undefined {
  if (barriers === undefined) return undefined
  const sent = new Set<string>()
  const received = new Set<string>()
  for (const { segment, labels } of texts) {
    const isData = segment.role === 'tool' || segment.role === 'document'
    for (const label of labels) {
      if (!barriers.needs(label)) continue
      sent.add(label)
      if (isData) received.add(label)
    }
  }
  if (sent.size === 0) return undefined
  const at = clock.now()
  const contacts = [
    { principal, labels: [...sent].toSorted(), direction: 'send', at } as const,
    { principal, labels: [...received].toSorted(), direction: 'receive', at } as const,
  ].filter(({ labels }) => labels.length > 0)
  const verdicts = contacts.map((contact) => barriers.check(contact))
  return {
    verdict: {
      isAllowed: verdicts.every(({ isAllowed }) => isAllowed),
      statements: verdicts.flatMap(({ statements }) => statements),
    },
    record() {
      for (const contact of contacts) {
        // Somebody may have seen the other side while people decided.
        if (!barriers.enter(contact).isAllowed) throw new GatewayError('blocked_by_policy')
      }
    },
  }
}
