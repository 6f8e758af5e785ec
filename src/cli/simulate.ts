import { serveSimulatedProvider } from '../providers/simulated/index.ts'
import { parseArguments, UsageError } from './io.ts'
import type { CliIo } from './io.ts'
import { untilAskedToStop } from './running.ts'

/** `smartflow simulate [--listen ADDRESS]`: runs the simulated provider as a server of its own. */
export async function runSimulateCommand(args: readonly string[], io: CliIo): Promise<number> {
  const { options } = parseArguments(args, ['listen'])
  const address = options.get('listen') ?? '127.0.0.1:7770'
  const match = /^(.+):(\d{1,5})$/.exec(address)
  if (match === null) throw new UsageError('--listen expects HOST:PORT, such as 127.0.0.1:7770.')
  await using server = await serveSimulatedProvider({
    hostname: match[1] ?? '',
    port: Number(match[2]),
  })
  io.stdout(`The simulated provider answers at ${server.url}\n`)
  await untilAskedToStop()
  return 0
}
