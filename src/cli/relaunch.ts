import type { CliIo } from './io.ts'

/** The runtime holds back requests to providers beyond this number; it is read only when a process starts. */
const maxOutgoingRequests = '65535'
const requestLimitVariable = 'BUN_CONFIG_MAX_HTTP_REQUESTS'

/**
 * Replaces this process by itself with the runtime's limit of outgoing requests lifted; the process id
 * stays. Returns when there is nothing to do: the limit is lifted already, or the system cannot replace
 * a process, in which case the runtime's limit of 256 outgoing requests holds.
 */
export function relaunchWithOutgoingLimit(io: CliIo): void {
  if (io.environment[requestLimitVariable] !== undefined) return
  if (typeof process.execve !== 'function') return
  const environment: Record<string, string> = { [requestLimitVariable]: maxOutgoingRequests }
  for (const [name, value] of Object.entries(io.environment)) {
    if (value !== undefined) environment[name] = value
  }
  // A compiled program has no script of its own to name.
  const isCompiled = process.argv[1]?.startsWith('/$bunfs/') === true
  const args = isCompiled ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, [process.execPath, ...args], environment)
}
