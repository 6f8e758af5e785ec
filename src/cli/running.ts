import { createAdminApi } from '../admin/index.ts'
import { systemClock } from '../core/clock.ts'
import { createGateway } from '../gateway.ts'
import type { Gateway, GatewayConfig } from '../gateway.ts'
import {
  adminOptions,
  dataPlaneOptions,
  openListener,
  readTls,
  watchConnections,
} from '../http/index.ts'
import type { Listener, TlsMaterial } from '../http/index.ts'
import type { Logger } from '../telemetry/index.ts'

/** A gateway with its listeners open. */
export interface RunningGateway {
  readonly gateway: Gateway
  readonly url: string
  readonly adminUrl: string
  /**
   * Puts another configuration in force, with what its files hold now: prices, authorities, certificates of
   * listeners. Throws, and all stays as it is, when something of it cannot be used.
   */
  apply(config: GatewayConfig, configVersion: string): void
  /** Refuses new calls, lets running ones end up to the configured deadline, then closes everything. */
  stop(): Promise<void>
}

/** Starts a gateway and opens its listeners. */
export async function startGateway(options: {
  readonly config: GatewayConfig
  readonly configVersion: string
  readonly logger: Logger
}): Promise<RunningGateway> {
  const { config, configVersion, logger } = options
  const listeners: Listener[] = []
  const guard = watchConnections({
    max: () => config.server.limits.maxConnections,
    closeIdle: () => listeners.reduce((sum, listener) => sum + listener.closeIdle(), 0),
  })
  const gateway = await createGateway({
    config,
    configVersion,
    clock: systemClock,
    logger,
    isFull: () => guard.isFull(),
  })
  const { server } = config
  try {
    const dataPlane = openListener(dataPlaneOptions(server), (request, peer) =>
      gateway.handle(request, peer),
    )
    listeners.push(dataPlane)
    const answerAdmin = createAdminApi(gateway.admin)
    const admin = openListener(adminOptions(server), (request, peer) =>
      answerAdmin(request, { address: peer.address(request) }),
    )
    listeners.push(admin)
    return {
      gateway,
      url: dataPlane.url,
      adminUrl: admin.url,
      apply(next, nextVersion) {
        // Read first: what cannot be used leaves everything as it is.
        const renewals = renewalsOf({ dataPlane, admin }, next)
        gateway.apply(next, nextVersion)
        for (const renewal of renewals) renew(renewal, logger)
      },
      async stop() {
        gateway.startDraining()
        const { cut } = await dataPlane.drain(server.limits.drainTimeoutMs, () =>
          gateway.endSessions(),
        )
        if (cut > 0) logger.warn('calls were cut when draining ended', { calls: cut })
        await admin.drain(0)
        guard[Symbol.dispose]()
        await gateway[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    for (const listener of listeners) await listener.drain(0)
    guard[Symbol.dispose]()
    await gateway[Symbol.asyncDispose]()
    throw error
  }
}

interface Renewal {
  readonly listener: Listener
  readonly tls: TlsMaterial
}

/** The certificates that a configuration names for listeners, as its files hold them now. */
function renewalsOf(
  { dataPlane, admin }: { readonly dataPlane: Listener; readonly admin: Listener },
  { server }: GatewayConfig,
): readonly Renewal[] {
  const named = [
    { listener: dataPlane, files: server.tls },
    { listener: admin, files: server.admin.tls },
  ]
  return named.flatMap(({ listener, files }) =>
    files === undefined ? [] : [{ listener, tls: readTls(files) }],
  )
}

function renew({ listener, tls }: Renewal, logger: Logger): void {
  const { url } = listener
  const { fingerprint, validTo } = tls
  try {
    if (listener.renew(tls)) logger.info('certificate renewed', { url, fingerprint, validTo })
  } catch (error) {
    // The rest of the configuration is in force, and the old certificate is as good as it was.
    logger.error('certificate not renewed, the old one stays', { url, fingerprint, error })
  }
}

/** Resolves with the name of the signal that asks the process to end. A second signal ends it at once. */
export function untilAskedToStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal)
        process.once(signal, () => process.exit(130))
      })
    }
  })
}
