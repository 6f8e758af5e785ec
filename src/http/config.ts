import { z } from 'zod'
import { adminKeysSchema } from './admin-config.ts'
import { realtimeSchema } from './realtime-config.ts'

const listenAddress = z
  .string()
  .regex(
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/,
    'expected HOST:PORT, such as 127.0.0.1:7775',
  )

const tlsSchema = z.strictObject({
  certFile: z.string().describe('PEM file of the certificate chain'),
  keyFile: z.string().describe('PEM file of the private key'),
})

const limitsSchema = z
  .strictObject({
    maxBodyBytes: z
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(33_554_432)
      .describe('Largest JSON request body, in bytes'),
    maxUploadBytes: z
      .int()
      .min(1024)
      .max(4_294_967_296)
      .default(536_870_912)
      .describe('Largest multipart upload (audio, files, images), in bytes'),
    maxAnswerBytes: z
      .int()
      .min(1024)
      .max(4_294_967_296)
      .default(67_108_864)
      .describe('Largest unstreamed answer accepted from a provider, in bytes'),
    maxFrameBytes: z
      .int()
      .min(1024)
      .max(67_108_864)
      .default(4_194_304)
      .describe('Largest single event of a streamed answer, in bytes'),
    maxJsonDepth: z
      .int()
      .min(4)
      .max(512)
      .default(64)
      .describe('Deepest nesting of a JSON request body'),
    maxMessages: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe('Most entries of a list in a JSON body: messages, inputs, documents, tools'),
    maxHeaderBytes: z
      .int()
      .min(1024)
      .max(16_384)
      .default(16_384)
      .describe('Largest request header block, in bytes; the runtime accepts none above 16 KiB'),
    maxConnections: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(20_000)
      .describe('Most client connections; beyond it idle ones are closed and new calls refused'),
    maxConcurrentCalls: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe('Most calls in progress; beyond it calls are refused with 503'),
    bodyTimeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(30_000)
      .describe('Longest time for a JSON body to arrive, in milliseconds'),
    uploadTimeoutMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(600_000)
      .describe('Longest time for a multipart upload to arrive, in milliseconds'),
    slowClientTimeoutMs: z
      .int()
      .min(100)
      .max(86_400_000)
      .default(120_000)
      .describe(
        'How long a client may take nothing of a streamed answer before it is cut off, in milliseconds',
      ),
    drainTimeoutMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(30_000)
      .describe('How long running calls may finish after SIGTERM, in milliseconds'),
  })
  .prefault({})

/** Schema of the `server` section: where the gateway listens and what it refuses. */
export const serverConfigSchema = z
  .strictObject({
    listen: listenAddress.default('127.0.0.1:7775').describe('Address of the data plane'),
    tls: tlsSchema.optional().describe('TLS of the data plane; plain HTTP without it'),
    allowInsecureBind: z
      .boolean()
      .default(false)
      .describe(
        'Permit a non-loopback address without TLS, for use behind a TLS-terminating proxy',
      ),
    http2: z
      .boolean()
      .default(true)
      .describe(
        'Whether clients of the data plane may speak HTTP/2: by ALPN over TLS, by its preface without. ' +
          'The SDK of AWS for JavaScript speaks nothing else. 256 calls at once on a connection, not to be changed',
      ),
    admin: z
      .strictObject({
        listen: listenAddress
          .default('127.0.0.1:7778')
          .describe('Address of the admin API and status page'),
        tls: tlsSchema.optional().describe('TLS of the admin listener'),
        hosts: z
          .array(z.string().regex(/^(\*|[A-Za-z0-9.-]{1,253})$/, 'expected a host name or *'))
          .max(100)
          .default([])
          .describe(
            'Names by which it may be asked beside addresses and localhost; others are refused, since a web page may make its own name lead here. * for any',
          ),
        keys: adminKeysSchema.describe(
          'Keys of those who may change something by the admin API; without any it only reads',
        ),
      })
      .prefault({}),
    realtime: realtimeSchema.describe('Realtime sessions over WebSockets, and what each may take'),
    limits: limitsSchema.describe(
      'What the data plane accepts; every limit has a name and a unit. Fixed by the runtime and not to be changed: ' +
        'the headers of an HTTP/1.1 request have to arrive within 12 seconds, those of any request are at most ' +
        '16 KiB and 200 lines, and a connection without a call is closed after 255 seconds of silence',
    ),
  })
  .prefault({})

export type ServerConfig = z.output<typeof serverConfigSchema>
export type ServerLimits = ServerConfig['limits']
