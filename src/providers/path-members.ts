import type { Question } from '../core/call.ts'
import type { Translation } from './exchange.ts'
import type { BodyMembers } from './prepare.ts'

/**
 * Returns what the path of a call said and the body of a provider that speaks the same format has to say:
 * clients of Claude at Vertex name model and version beside the body of Anthropic.
 */
export function membersOfPath(
  { call, stream, body }: Question,
  translation: Translation | undefined,
  model: string,
): BodyMembers {
  if (call.target === undefined || translation?.isSame !== true) return {}
  // What was permitted stands in the path: a body names no model beside it.
  if (translation.provider.namesModelInPath === true) {
    return body.json !== undefined && 'model' in body.json ? { model: undefined } : {}
  }
  return { model, stream: stream ? true : undefined, anthropic_version: undefined }
}
