import type { CliIo } from './io.ts'

/**
 * What the runtime reads only when a process starts: how many requests `fetch` lets out at once, and how
 * long memory that was freed is kept for the next call (milliseconds). Giving it back at once and
 * asking for it again costs a tenth of all processor time under load.
 */
const settings = {
  BUN_CONFIG_MAX_HTTP_REQUESTS: '65535',
  MIMALLOC_PURGE_DELAY: '10000',
} as const

/**
 * Replaces this process by itself with these settings; the process id stays, and settings that the
 * environment already has win. Returns when there is nothing to do: that was done already, or the system
 * cannot replace a process, in which case the runtime's own defaults hold (256 requests of `fetch`).
 */
export function relaunchWithRuntimeSettings(io: CliIo): void {
  if (io.environment['BUN_CONFIG_MAX_HTTP_REQUESTS'] !== undefined) return
  if (typeof process.execve !== 'function') return
  const environment: Record<string, string> = { ...settings }
  for (const [name, value] of Object.entries(io.environment)) {
    if (value !== undefined) environment[name] = value
  }
  // A compiled program has no script of its own to name.
  const isCompiled = process.argv[1]?.startsWith('/$bunfs/') === true
  const args = isCompiled ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, [process.execPath, ...args], environment)
}
