import { parseArguments } from './io.ts'
import type { CliIo } from './io.ts'

const timeoutMs = 5000

/** `smartflow health [--url URL]`: exit code 0 when the gateway is ready; for container health checks. */
export async function runHealthCommand(args: readonly string[], io: CliIo): Promise<number> {
  const { options } = parseArguments(args, ['url'])
  const url = new URL('/ready', options.get('url') ?? 'http://127.0.0.1:7775')
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), proxy: false })
    io.stdout(await response.text())
    return response.ok ? 0 : 1
  } catch {
    // Whatever the socket said, what matters to the caller is that nobody answered.
    io.stderr(`No gateway answers at ${url.origin}.\n`)
    return 1
  }
}
