import type { FormatName } from '../formats/index.ts'
import type { Endpoint } from './endpoints.ts'

interface Action {
  readonly format: FormatName
  readonly stream: boolean
}

const actions: Readonly<Record<string, Action>> = {
  converse: { format: 'bedrock-converse', stream: false },
  'converse-stream': { format: 'bedrock-converse', stream: true },
  invoke: { format: 'bedrock-invoke', stream: false },
  'invoke-with-response-stream': { format: 'bedrock-invoke', stream: true },
}

/** Model ids may be ARNs, whose slashes some clients encode and some do not. */
const pattern = /^\/bedrock\/model\/(.{1,6144})\/([a-z-]+)$/

/** Finds the endpoints of Bedrock's runtime: they name model and action. */
export function findBedrockEndpoint(path: string): Endpoint | undefined {
  const match = pattern.exec(path)
  const [, id = '', name = ''] = match ?? []
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  const model = decode(id)
  if (action === undefined || model === undefined || model === '') return undefined
  return {
    type: 'call',
    operation: 'chat',
    format: action.format,
    methods: ['POST'],
    path: `/model/${id}/${name}`,
    target: { model, stream: action.stream },
  }
}

/** Tells whether a path is one of Bedrock's, whose dialect its errors then have. */
export function isBedrockPath(path: string): boolean {
  return path.startsWith('/bedrock/')
}

function decode(id: string): string | undefined {
  try {
    return decodeURIComponent(id)
  } catch {
    // A malformed escape names no model, and no endpoint either.
    return undefined
  }
}
