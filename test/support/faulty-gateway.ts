import { startTestGateway } from './gateway.ts'
import type { TestGateway } from './gateway.ts'
import type { Dialect } from './raw-answers.ts'

/** The credential of the gateway at the provider; no client may ever see it. */
export const providerKey = 'provider-secret-0123456789abcdef'

export interface FaultyGatewayOptions {
  /** What the provider speaks. */
  readonly dialect: Dialect
  /** Address of the provider. */
  readonly url: string
  /** Address of a second provider of the same dialect, tried when the first fails. */
  readonly secondUrl?: string
  readonly routing?: string
  readonly limits?: readonly string[]
  readonly yaml?: string
}

/** Starts a gateway that offers the model `m` at providers under test. */
export function startFaultyGateway(options: FaultyGatewayOptions): Promise<TestGateway> {
  const { dialect, url, secondUrl, routing, limits } = options
  const provider = (name: string, base: string): string =>
    `  - { name: ${name}, type: ${dialect}, apiKey: ${providerKey}, baseUrl: "${base}" }`
  const target = (name: string): string => `{ provider: ${name}, model: m-at-${name} }`
  const names = secondUrl === undefined ? ['first'] : ['first', 'second']
  const yaml = [
    'providers:',
    provider('first', url),
    ...(secondUrl === undefined ? [] : [provider('second', secondUrl)]),
    `models: [{ name: m, targets: [${names.map(target).join(', ')}] }]`,
    ...(routing === undefined ? [] : [`routing: { ${routing} }`]),
    ...(options.yaml === undefined ? [] : [options.yaml]),
  ].join('\n')
  return startTestGateway({ yaml, ...(limits === undefined ? {} : { limits }) })
}
