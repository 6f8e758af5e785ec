/** What an endpoint of the realtime interface is. */
export type RealtimeEndpoint =
  /** The WebSocket; the model is `''` where the address names none. */
  | { readonly type: 'realtime'; readonly model: string }
  /** It would lead around the gateway, and the message says how. */
  | { readonly type: 'refused'; readonly message: string }

/** OpenAI's path, that of Azure's v1 API, and the older one of Azure that names a deployment. */
const socketPaths: ReadonlySet<string> = new Set([
  '/v1/realtime',
  '/openai/v1/realtime',
  '/openai/realtime',
])
const otherPaths = /^(?:\/v1|\/openai\/v1|\/openai)\/(?:realtime\/|realtimeapi\/)/

const insteadOpen =
  'Open the session here instead: a WebSocket to /v1/realtime?model=… with a key of this gateway.'
const secretsMessage =
  'This gateway hands out no ephemeral keys of providers: with one a client would talk to the provider ' +
  `past every check and every record. ${insteadOpen}`
const callsMessage =
  'Calls over WebRTC and SIP run past this gateway, where nothing of them could be checked or recorded. ' +
  insteadOpen
const transcriptionMessage =
  "Sessions are opened for a model that the address names ('?model='); transcription sessions name theirs " +
  'only inside, where keys are not checked against it.'

/** Finds the endpoint of the realtime interface for a path; `undefined` when it is none of them. */
export function findRealtimeEndpoint(path: string, query: string): RealtimeEndpoint | undefined {
  if (!socketPaths.has(path)) {
    if (!otherPaths.test(path)) return undefined
    const isSecret = /(?:client_secrets|sessions)$/.test(path)
    return { type: 'refused', message: isSecret ? secretsMessage : callsMessage }
  }
  const parameters = new URLSearchParams(query)
  if (parameters.has('call_id')) return { type: 'refused', message: callsMessage }
  const models = [...parameters.getAll('model'), ...parameters.getAll('deployment')]
  if (models.length === 0 && parameters.has('intent')) {
    return { type: 'refused', message: transcriptionMessage }
  }
  // Of two names nobody knows which one the provider would believe.
  return { type: 'realtime', model: new Set(models).size === 1 ? (models[0] ?? '') : '' }
}
