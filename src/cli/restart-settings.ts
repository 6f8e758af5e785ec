import type { GatewayConfig } from '../gateway.ts'

/** What is read once, when the gateway starts: its listeners, its data folder, its log. */
const startSettings: Readonly<Record<string, (config: GatewayConfig) => unknown>> = {
  'server.listen': ({ server }) => server.listen,
  // Other certificates are taken at once; only whether there are any is not.
  'server.tls': ({ server }) => server.tls === undefined,
  'server.allowInsecureBind': ({ server }) => server.allowInsecureBind,
  'server.http2': ({ server }) => server.http2,
  'server.admin.listen': ({ server }) => server.admin.listen,
  'server.admin.tls': ({ server }) => server.admin.tls === undefined,
  'server.limits.maxConnections': ({ server }) => server.limits.maxConnections,
  'server.limits.drainTimeoutMs': ({ server }) => server.limits.drainTimeoutMs,
  'server.realtime.maxFrameBytes': ({ server }) => server.realtime.maxFrameBytes,
  data: ({ data }) => data,
  audit: ({ audit }) => audit,
  telemetry: ({ telemetry }) => telemetry,
}

/**
 * Returns the settings in which a configuration differs from the one the gateway was started with, and
 * which take effect only after a restart.
 */
export function settingsForRestart(started: GatewayConfig, next: GatewayConfig): string[] {
  return Object.entries(startSettings)
    .filter(([, read]) => !Bun.deepEquals(read(started), read(next)))
    .map(([name]) => name)
}
