import { brokenCode } from '../../core/channel.ts'
import type { Channel, ChannelEnd } from '../../core/channel.ts'
import { Backlog, FrameQueue } from '../../core/frame-queue.ts'
import type { RealtimeWire } from './realtime-handshake.ts'
import type { RealtimeSession } from './realtime-session.ts'

/** Joins a session to a channel without a socket between them. */
export function channelTo(
  open: (wire: RealtimeWire) => RealtimeSession,
  maxBufferedBytes: number,
): Channel {
  const { promise: closed, resolve } = Promise.withResolvers<ChannelEnd>()
  const backlog = new Backlog(maxBufferedBytes)
  // What waits to be read is what the session has not got rid of.
  let isBehind = false
  const queue = new FrameQueue(maxBufferedBytes, {
    pause() {
      isBehind = true
    },
    resume() {
      isBehind = false
      backlog.drained(0)
    },
  })
  const session = open({
    send(text) {
      queue.push(text)
      return backlog.sent(isBehind ? maxBufferedBytes + 1 : 0)
    },
    cut: () => finish({ code: brokenCode, reason: '' }),
  })

  function finish(end: ChannelEnd): void {
    queue.end({ giveUp: true })
    backlog.end()
    session.end()
    resolve(end)
  }

  return {
    send(frame) {
      session.receive(frame)
      return undefined
    },
    close: (code, reason) => finish({ code, reason }),
    terminate: () => finish({ code: brokenCode, reason: '' }),
    closed,
    [Symbol.asyncIterator]: () => queue[Symbol.asyncIterator](),
  }
}
