import { readdirSync } from 'node:fs'
import type { MetricsRegistry } from './metrics.ts'

/** Declares what Prometheus expects every process to tell about itself. */
export function declareProcessMetrics(registry: MetricsRegistry): void {
  registry.collect(
    'gauge',
    { name: 'process_resident_memory_bytes', help: 'Resident memory size in bytes.' },
    () => process.memoryUsage.rss(),
  )
  registry.collect(
    'counter',
    { name: 'process_cpu_seconds_total', help: 'User and system CPU time spent, in seconds.' },
    () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  )
  registry.collect(
    'gauge',
    {
      name: 'process_start_time_seconds',
      help: 'Start time of the process since the Unix epoch, in seconds.',
    },
    () => performance.timeOrigin / 1000,
  )
  registry.collect(
    'gauge',
    { name: 'process_open_fds', help: 'Number of open file descriptors.' },
    openDescriptors,
  )
}

/** Linux tells; elsewhere the number is unknown. */
function openDescriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    // Not this kind of system: the metric is left out.
    return undefined
  }
}
