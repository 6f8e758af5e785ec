import { startTestGateway } from '../support/gateway.ts'
import type { TestGatewayOptions } from '../support/gateway.ts'
import { families } from './providers/index.ts'
import { startMatrixUpstream } from './upstream.ts'
import type { Rig } from './cell.ts'

/** Starts a gateway in front of every family, with one model each and one that reasons. */
export async function startMatrixRig(
  options: Pick<TestGatewayOptions, 'limits'> = {},
): Promise<Rig & AsyncDisposable> {
  const upstream = startMatrixUpstream()
  const providers = families.map((family) => ({
    name: family.name,
    ...family.provider(`${upstream.url}/${family.name}`),
  }))
  const models = families.flatMap(({ name, model, reasoningModel }) => [
    { name, targets: [{ provider: name, model }] },
    { name: `${name}-reasoning`, targets: [{ provider: name, model: reasoningModel }] },
  ])
  // Errors are part of the matrix: nobody is to be left alone for them.
  const routing = { breaker: { consecutiveFailures: 1000, minAttempts: 100_000 } }
  const gateway = await startTestGateway({
    ...options,
    yaml: [
      `providers: ${JSON.stringify(providers)}`,
      `models: ${JSON.stringify(models)}`,
      `routing: ${JSON.stringify(routing)}`,
    ].join('\n'),
  })
  return {
    gateway,
    upstream,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}
