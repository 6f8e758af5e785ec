import type { Operation } from '../../../core/record.ts'
import { bodyRules } from '../formats.ts'
import { freeShape, of } from '../shape.ts'
import type { Rule } from '../shape.ts'
import {
  batchesRequest,
  countAnswer,
  imagesAnswer,
  imagesRequest,
  moderationsAnswer,
  storedObject,
  transcription,
} from '../shapes/endpoints.ts'

type Direction = 'request' | 'answer'

/** What JSON bodies look like at endpoints where the format of the client does not say it. */
const rules: Readonly<Record<Direction, Partial<Record<Operation, Rule>>>> = {
  request: { images: of(imagesRequest), batches: of(batchesRequest), files: of(storedObject) },
  answer: {
    audio: of(transcription),
    images: of(imagesAnswer),
    moderations: of(moderationsAnswer),
    count_tokens: of(countAnswer),
    batches: of(storedObject),
    files: of(storedObject),
  },
}

/** Returns what the JSON bodies of calls look like. In those of a format that is not known everything is text. */
export function ruleOf(
  { operation, clientFormat }: { readonly operation: Operation; readonly clientFormat: string },
  direction: Direction,
): Rule {
  const own = rules[direction][operation]
  if (own !== undefined) return own
  const format = formats.get(clientFormat)
  return format === undefined ? of(freeShape) : format[direction]
}

const formats = new Map(Object.entries(bodyRules))
