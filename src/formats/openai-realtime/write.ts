import type { GatewayError } from '../../core/errors.ts'

/** An error of the gateway as an event of a session. */
export interface ErrorEventOptions {
  readonly requestId: string
  /** Id of the client's event that caused it. */
  readonly about?: string | undefined
}

/**
 * Writes an error as providers report them within a session
 * (https://platform.openai.com/docs/api-reference/realtime-server-events/error), with who is at fault and
 * the request id beside it.
 */
export function writeErrorEvent(
  error: GatewayError,
  { requestId, about }: ErrorEventOptions,
): string {
  return JSON.stringify({
    type: 'error',
    event_id: newEventId(),
    error: {
      type: error.status < 500 ? 'invalid_request_error' : 'server_error',
      code: error.code,
      message: error.message,
      param: error.param ?? null,
      event_id: about ?? null,
      source: error.source,
      request_id: requestId,
    },
  })
}

/** Writes the client's event that ends a response which is being made. */
export function writeCancel(eventId: string, responseId: string | undefined): string {
  const named = responseId === undefined ? {} : { response_id: responseId }
  return JSON.stringify({ type: 'response.cancel', event_id: eventId, ...named })
}

/** Writes the client's event that takes an item out of the conversation. */
export function writeDeleteItem(eventId: string, itemId: string): string {
  return JSON.stringify({ type: 'conversation.item.delete', event_id: eventId, item_id: itemId })
}

/** Makes an id for an event of the gateway; a session never has two of the same. */
export function newEventId(): string {
  return 'event_sf_' + Bun.randomUUIDv7('buffer').toHex()
}
