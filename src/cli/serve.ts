import { resolve } from 'node:path'
import {
  ConfigError,
  configSchema,
  createConfigLoader,
  openConfigHistory,
  openDigestKey,
  watchConfig,
} from '../config/index.ts'
import type { Config, ConfigLoader, LoadedConfig } from '../config/index.ts'
import { systemClock } from '../core/clock.ts'
import { createLogger } from '../telemetry/index.ts'
import type { Logger } from '../telemetry/index.ts'
import { parseArguments } from './io.ts'
import type { CliIo } from './io.ts'
import { settingsForRestart } from './restart-settings.ts'
import { startGateway, untilAskedToStop } from './running.ts'

/** `smartflow serve [--config FILE]`: runs the gateway until it is asked to stop. */
export async function runServeCommand(args: readonly string[], io: CliIo): Promise<number> {
  const { options } = parseArguments(args, ['config'])
  const path = resolve(io.cwd, options.get('config') ?? 'smartflow.yaml')
  let digestKey: Promise<Uint8Array> | undefined
  const loader = createConfigLoader(configSchema, {
    environment: io.environment,
    // That of the data directory the gateway was started with, which it keeps until it ends.
    digestKey: ({ data }) => (digestKey ??= openDigestKey(data.dir)),
  })
  const loaded = await loadOrExplain(loader, path, io)
  if (loaded === undefined) return 1
  const logger = createLogger({
    ...loaded.config.telemetry.log,
    write: io.stderr,
    clock: systemClock,
  })
  // Before anything answers: a signal must not end a gateway without its last records.
  const askedToStop = untilAskedToStop()
  const running = await startGateway({
    config: loaded.config,
    configVersion: loaded.version,
    logger,
  })
  const history = openConfigHistory({ dataDir: loaded.config.data.dir, loader, clock: systemClock })
  await history.record(loaded, {
    author: io.environment['USER'] ?? 'unknown',
    note: 'loaded at start',
  })
  const watch = watchConfig({
    loader,
    path,
    initial: loaded,
    async onSnapshot(next) {
      running.apply(next.config, next.version)
      await history.record(next, {
        author: io.environment['USER'] ?? 'unknown',
        note: 'changed on disk',
      })
      logger.info('configuration changed', { version: next.version })
      warnOfRestart(logger, settingsForRestart(loaded.config, next.config))
    },
    onRejected(error) {
      running.gateway.countRejectedConfig()
      logger.error('configuration rejected, the running one stays', { problem: error.message })
    },
  })
  logger.info('smartflow is ready', {
    url: running.url,
    admin: running.adminUrl,
    configuration: loaded.version,
  })
  const onHangUp = (): void => void watch.reload()
  process.on('SIGHUP', onHangUp)
  const signal = await askedToStop
  process.off('SIGHUP', onHangUp)
  logger.info('stopping', { signal })
  await watch[Symbol.asyncDispose]()
  await running.stop()
  logger.info('stopped', {})
  return 0
}

async function loadOrExplain(
  loader: ConfigLoader<Config>,
  path: string,
  io: CliIo,
): Promise<LoadedConfig<Config> | undefined> {
  try {
    return await loader.load(path)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    io.stderr(`${error.message}\n`)
    return undefined
  }
}

function warnOfRestart(logger: Logger, settings: readonly string[]): void {
  if (settings.length === 0) return
  logger.warn('changed settings take effect only after a restart', { settings })
}
