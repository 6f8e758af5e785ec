import type { Question } from '../../core/call.ts'
import { asObject, asString } from '../../core/json.ts'
import { leastBusyOf } from './least-busy.ts'
import { rendezvous } from './rendezvous.ts'
import type { Strategy, StrategyDependencies } from './strategy.ts'
import { hashText, prefixHashes } from './turns.ts'

/**
 * Keeps the calls of one conversation at one target: the same in every process and after every restart,
 * as long as that target can be asked. Calls that belong to no conversation go to the least busy.
 */
export function sticky({ random }: Pick<StrategyDependencies, 'random'>): Strategy {
  return (question) => {
    const key = conversationKey(question)
    return {
      choose: (candidates) =>
        key === undefined
          ? leastBusyOf(candidates, Math.floor(random() * candidates.length))
          : rendezvous(key, candidates),
    }
  }
}

/**
 * Returns what names the conversation of a question: the header `x-smartflow-session`, OpenAI's
 * `prompt_cache_key`, or how it begins together with whom the client says it is for.
 */
export function conversationKey(question: Question): number | undefined {
  const { call, body, principal } = question
  const session =
    call.headers.get('x-smartflow-session') ?? asString(body.json?.['prompt_cache_key'])
  if (session !== undefined) return hashText(session, hashText(principal.tenant, 0))
  const user =
    asString(body.json?.['user']) ?? asString(asObject(body.json?.['metadata'])?.['user_id'])
  const [beginning] = prefixHashes(body.json, 1)
  if (beginning === undefined) return undefined
  return hashText(user ?? principal.id, beginning)
}
