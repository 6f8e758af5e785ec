import type { JsonObject } from '../../core/json.ts'
import { GatewayError } from '../../core/errors.ts'
import { anthropicMessages } from '../anthropic-messages/index.ts'
import { invalidField } from '../anthropic-messages/fields.ts'
import {
  errorHeaders,
  readError,
  readException,
  writeError,
  writeStreamError,
} from '../bedrock-converse/errors.ts'
import { createEventStreamSplitter, eventStreamType } from '../event-stream.ts'
import type {
  ClientFormat,
  PathTarget,
  ProviderFormat,
  StreamObserver,
  StreamReader,
  StreamWriter,
  Warn,
} from '../format.ts'
import type { NeutralRequest } from '../neutral.ts'
import type { SseFrame } from '../sse.ts'
import type { Trace } from '../trace.ts'
import { createUnwrappingSplitter, unwrap, wrap } from './chunks.ts'

/** The version Bedrock wants in the body. */
export const anthropicVersion = 'bedrock-2023-05-31'

/**
 * InvokeModel and InvokeModelWithResponseStream with the bodies of Anthropic's Messages API: the model
 * stands in the path, events are wrapped in a binary event stream, errors are those of AWS.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
 */
export const bedrockInvoke = {
  name: 'bedrock-invoke',
  namesModelInPath: true,
  streamType: eventStreamType,
  openSplitter: createEventStreamSplitter,
  fieldNames: anthropicMessages.fieldNames,
  readRequest,
  writeAnswer: anthropicMessages.writeAnswer,
  openStreamWriter,
  writeError,
  errorHeaders,
  writeStreamError,
  writeRequest,
  withoutForeign: anthropicMessages.withoutForeign,
  readAnswer: anthropicMessages.readAnswer,
  openStreamReader,
  openStreamObserver: () => openObserver(unwrap),
  readUsage: anthropicMessages.readUsage,
  readError,
} as const satisfies ClientFormat & ProviderFormat

/**
 * The same provider for clients of the Messages API itself: bodies are equal but for the members the path
 * replaces, and its streams are taken out of their wrapping, so that nothing else is lost on the way.
 */
export const anthropicAtBedrock = {
  ...bedrockInvoke,
  name: 'anthropic-messages',
  openSplitter: createUnwrappingSplitter,
  openStreamReader: (warn?: Warn) => openReader(unwrapped, warn),
  openStreamObserver: () => openObserver(unwrapped),
} as const satisfies ProviderFormat

function readRequest(body: JsonObject, target?: PathTarget, trace?: Trace): NeutralRequest {
  if (target === undefined) throw new GatewayError('invalid_request', 'The path names no model.')
  const { anthropic_version: version, ...rest } = body
  if (typeof version !== 'string') throw invalidField('anthropic_version', `"${anthropicVersion}"`)
  const asked = { ...rest, model: target.model, stream: target.stream }
  return anthropicMessages.readRequest(asked, undefined, trace)
}

function writeRequest(request: NeutralRequest, warn: Warn): JsonObject {
  const { model: _, stream: __, ...body } = anthropicMessages.writeRequest(request, warn)
  return { anthropic_version: anthropicVersion, ...body }
}

function openStreamWriter(): StreamWriter<Uint8Array> {
  const writer = anthropicMessages.openStreamWriter()
  return {
    write(event) {
      const written = writer.write(event)
      return typeof written === 'string' ? wrap(written) : written
    },
  }
}

type Unwrap = typeof unwrap

/** For frames the splitter has unwrapped already. */
function unwrapped(frame: SseFrame): ReturnType<Unwrap> {
  const fault = readException(frame.event, frame.data)
  return fault === undefined ? { type: 'frame', frame } : { type: 'fault', fault }
}

function openStreamReader(warn?: Warn): StreamReader {
  return openReader(unwrap, warn)
}

function openReader(take: Unwrap, warn?: Warn): StreamReader {
  const reader = anthropicMessages.openStreamReader(warn)
  return {
    read(frame) {
      const taken = take(frame)
      return taken.type === 'fault'
        ? [{ type: 'error', fault: taken.fault }]
        : reader.read(taken.frame)
    },
  }
}

function openObserver(take: Unwrap): StreamObserver {
  const observer = anthropicMessages.openStreamObserver()
  return {
    observe(frame) {
      const taken = take(frame)
      return taken.type === 'fault' ? taken : observer.observe(taken.frame)
    },
    usage: () => observer.usage(),
    outputLength: () => observer.outputLength(),
  }
}
