import { GatewayError } from '../core/errors.ts'
import type { SlowClients, WatchedStream } from './slow-clients.ts'

/** How long clients may take over pieces of streams. */
export interface Patience {
  readonly slowClients: SlowClients
  readonly slowClientTimeoutMs: number
}

/**
 * Makes a response body of an async iterable. The next piece is asked for only when the last one was
 * taken by the socket, so a slow client holds back the provider instead of filling memory; a client that
 * leaves, or takes nothing for too long, closes the iterable.
 */
export function toReadableStream(
  body: AsyncIterable<Uint8Array>,
  { slowClients, slowClientTimeoutMs }: Patience,
): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const watched: WatchedStream & { waitingSince: number } = {
    waitingSince: performance.now(),
    limitMs: slowClientTimeoutMs,
    cut() {
      controller?.error(new GatewayError('client_too_slow'))
      iterator.return?.().catch(() => {
        // What the source throws while it is closed has no reader.
      })
    },
  }
  slowClients.watch(watched)
  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
      },
      async pull(given) {
        watched.waitingSince = Infinity
        try {
          const { done, value } = await iterator.next()
          if (done === true) {
            slowClients.forget(watched)
            given.close()
          } else given.enqueue(value)
        } catch (error) {
          slowClients.forget(watched)
          throw error
        }
        watched.waitingSince = performance.now()
      },
      async cancel() {
        slowClients.forget(watched)
        await iterator.return?.()
      },
    },
    // Nothing is read ahead of the client.
    { highWaterMark: 0 },
  )
}
