import { z } from 'zod'

/** Schema of `server.realtime`: what sessions may take; every limit has a name and a unit. */
export const realtimeSchema = z
  .strictObject({
    maxSessions: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1_000)
      .describe('Most sessions at once; beyond it new ones are refused with 503. 0 permits none'),
    maxSessionsPerKey: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .describe('Most sessions of one key at once; beyond it new ones are refused with 429'),
    maxSessionMs: z
      .int()
      .min(1_000)
      .max(86_400_000)
      .default(3_600_000)
      .describe('Longest duration of a session, in milliseconds'),
    idleTimeoutMs: z
      .int()
      .min(100)
      .max(86_400_000)
      .default(900_000)
      .describe('Longest time without an event in either direction, in milliseconds'),
    maxFrameBytes: z
      .int()
      .min(1_024)
      .max(67_108_864)
      .default(16_777_216)
      .describe('Largest event of either side, in bytes'),
    maxSessionBytes: z
      .int()
      .min(1_024)
      .max(1_099_511_627_776)
      .default(2_147_483_648)
      .describe('Most bytes of one session, both directions together'),
    maxSessionFrames: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .default(1_000_000)
      .describe('Most events of one session, both directions together'),
    maxBufferedBytes: z
      .int()
      .min(1_024)
      .max(67_108_864)
      .default(1_048_576)
      .describe('Bytes a direction may hold for a slow receiver before its sender is held back'),
    slowPeerTimeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(30_000)
      .describe('How long a receiver may stay behind before the session is ended, in milliseconds'),
    connectTimeoutMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(10_000)
      .describe('Longest wait for a provider to open a session, in milliseconds'),
    pingIntervalMs: z
      .int()
      .min(100)
      .max(600_000)
      .default(20_000)
      .describe(
        'A provider silent for so long is pinged, for twice as long given up, in milliseconds',
      ),
  })
  .prefault({})
