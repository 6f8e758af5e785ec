import type { JsonObject } from '../../../src/core/json.ts'
import { fault } from '../vocabulary.ts'
import { writeAwsEvent } from '../wire.ts'
import { anthropicMessages, readMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import type { Arrived, Dialect, Request } from './dialect.ts'

/** Bedrock's InvokeModel with the bodies of Anthropic. */
export const bedrockInvoke: Dialect = {
  ...anthropicMessages,
  read: readInvoke,
  streamType: bedrockConverse.streamType,
  writeFault: (kind) => bedrockConverse.writeFault(kind),
  writeStreamFault: () => bedrockConverse.writeStreamFault(),
  writeStream: (say, model) =>
    anthropicMessages.writeStream(say, model).map(({ wire, words }) => {
      const data = /^data: (.*)$/m.exec(String(wire))?.[1] ?? ''
      const payload = { bytes: Buffer.from(data).toString('base64'), p: 'abc' }
      return { wire: writeAwsEvent('chunk', payload), words }
    }),
}

function readInvoke({ path, body }: Request): Arrived {
  const [, id = '', action] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? []
  const { anthropic_version: version, ...rest } = body
  if (version !== 'bedrock-2023-05-31') fault('anthropic_version: Field required')
  const { ask } = readMessages(withoutModel(rest))
  const stream = action === 'invoke-with-response-stream'
  return { ask, model: decodeURIComponent(id), stream }
}

/** The path says model and streaming, here and at Vertex. */
export function withoutModel(body: JsonObject): JsonObject {
  if ('model' in body) fault('model: Extra inputs are not permitted')
  return body
}
