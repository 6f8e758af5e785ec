import { z } from 'zod'
import { Secret } from '../../core/secret.ts'
import { duplicateNames, unknownName } from '../checks.ts'
import type { CheckProblem } from '../checks.ts'
import { describeSchema } from '../json-schema.ts'

const secret = z
  .string()
  .min(1)
  .transform((value) => new Secret(value))

const schema = z.strictObject({
  server: z
    .strictObject({
      listen: z
        .string()
        .regex(/^[\w.-]+:\d+$/, 'expected HOST:PORT')
        .default('127.0.0.1:1'),
      maxBodyBytes: z.int().min(1024).default(2048).describe('Largest body, in bytes'),
      verbose: z.boolean().default(false),
    })
    .prefault({}),
  data: z.strictObject({ dir: z.string().default('./data') }).prefault({}),
  providers: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          name: z.string(),
          type: z.literal('openai'),
          apiKey: secret.describe('Key of the provider'),
          baseUrl: z.url().optional(),
          headers: z.record(z.string(), secret).optional(),
          labels: z.record(z.string(), z.string()).optional(),
        }),
        z.strictObject({ name: z.string(), type: z.literal('ollama'), port: z.int().optional() }),
      ]),
    )
    .default([]),
  models: z
    .array(
      z.strictObject({
        name: z.string(),
        strategy: z.enum(['priority', 'weighted', 'round-robin']).default('priority'),
        targets: z
          .array(z.strictObject({ provider: z.string(), weight: z.number().default(1) }))
          .min(1),
      }),
    )
    .default([]),
  store: secret.optional(),
  note: z.union([z.string(), z.strictObject({ text: z.string() })]).optional(),
})

/** The configuration that the tests of this room load. */
export type TestConfig = z.output<typeof schema>

/** Schema of `TestConfig`: every kind of field that a room of the gateway uses. */
export const testSchema = describeSchema(schema, [
  (config) => duplicateNames(['providers'], 'provider', config.providers),
  (config) =>
    config.models.flatMap((model, index) =>
      model.targets.flatMap((target, at): CheckProblem[] => {
        const known = config.providers.map((provider) => provider.name)
        const path = ['models', index, 'targets', at, 'provider']
        return known.includes(target.provider)
          ? []
          : [unknownName(path, 'provider', target.provider, known)]
      }),
    ),
])
