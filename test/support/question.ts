import type { Call, Question } from '../../src/core/call.ts'
import type { Principal } from '../../src/core/principal.ts'

/** A chat call of an OpenAI client, for tests of what happens behind the listener. */
export function makeCall(more: Partial<Call> = {}): Call {
  return {
    requestId: 'req_1',
    traceparent: undefined,
    operation: 'chat',
    clientFormat: 'openai-chat',
    method: 'POST',
    path: '/chat/completions',
    headers: new Headers(),
    sourceAddress: undefined,
    startedAt: 0,
    signal: new AbortController().signal,
    readBody: () => Promise.resolve(new Uint8Array()),
    onEnd: () => undefined,
    ...more,
  }
}

/** Someone who may ask for every model. */
export function makePrincipal(more: Partial<Principal> = {}): Principal {
  return {
    id: 'ana',
    kind: 'user',
    tenant: 'default',
    groups: [],
    authenticatedBy: 'key',
    models: ['*'],
    ...more,
  }
}

/** A question of that person, without a body. */
export function makeQuestion(more: Partial<Question> = {}): Question {
  return {
    call: makeCall(),
    principal: makePrincipal(),
    body: { bytes: new Uint8Array(), contentType: '', text: undefined, json: undefined },
    model: 'm',
    stream: false,
    ...more,
  }
}
