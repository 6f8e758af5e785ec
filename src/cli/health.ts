import { askGateway, gatewayOptions, Unreachable } from './ask-gateway.ts'
import { parseArguments } from './io.ts'
import type { CliIo } from './io.ts'

/**
 * `smartflow health [--url URL] [--ca FILE] [--server-name NAME]`: exit code 0 when the gateway is ready; for
 * container health checks.
 */
export async function runHealthCommand(args: readonly string[], io: CliIo): Promise<number> {
  const parsed = parseArguments(args, gatewayOptions)
  try {
    const response = await askGateway(parsed, io, { usualPort: 7775, path: '/ready' })
    io.stdout(await response.text())
    return response.ok ? 0 : 1
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    io.stderr(`${error.message}\n`)
    return 1
  }
}
