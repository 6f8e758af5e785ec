export { telemetryConfigSchema } from './config.ts'
export type { TelemetryConfig } from './config.ts'
export { createGatewayMetrics } from './gateway-metrics.ts'
export type { AuditSource, GatewayMetrics, GatewayMetricsSources } from './gateway-metrics.ts'
export { createLogger } from './log.ts'
export type { LogFields, Logger, LoggerOptions, LogLevel } from './log.ts'
export { createMetricsRegistry } from './metrics.ts'
export type {
  Counter,
  Distribution,
  Family,
  Gauge,
  Histogram,
  HistogramOptions,
  MetricOptions,
  MetricsRegistry,
} from './metrics.ts'
