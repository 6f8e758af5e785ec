import type { WebSocketHandler } from 'bun'
import type { SocketEvents } from './realtime-channel.ts'

/** Seconds without any byte of a client, pongs included, after which it counts as gone. */
const idleSeconds = 60

/**
 * Makes what a listener does with WebSockets: each has its own events.
 * @param maxMessageBytes the runtime closes what sends a larger message
 */
export function socketHandlers(maxMessageBytes = 0): WebSocketHandler<SocketEvents> {
  return {
    // Voice is compressed already, and a small compressed message may be a huge one.
    perMessageDeflate: false,
    maxPayloadLength: maxMessageBytes,
    // What is unsent is counted and bounded where it is sent.
    backpressureLimit: 0,
    // Before a silent client counts as gone it is pinged.
    idleTimeout: idleSeconds,
    sendPings: true,
    open: (socket) => socket.data.open(socket),
    message: (socket, message) => socket.data.message(message),
    drain: (socket) => socket.data.drain(),
    close: (socket, code, reason) => socket.data.close(code, reason),
  }
}
