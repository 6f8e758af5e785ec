import { GatewayError } from '../../core/errors.ts'

/** Frames of a stack that are told. */
const maxFrames = 4

/**
 * Returns the error of an inspection that failed. It says where something broke, and never in which words: those
 * of an error may be words of what was looked through.
 */
export function unavailable(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error
  return new GatewayError('compliance_unavailable', undefined, { cause: new Error(whereOf(error)) })
}

function whereOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something was thrown that is no error'
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at [\w.#$<> ]+ ?\(?[^()]*\)?$/.test(line))
    .slice(0, maxFrames)
    .map((line) => line.replace(/\(.*\/|\)$/g, '').slice(0, 160))
  return [error.name.replaceAll(/\W/g, ''), ...frames].join(' ')
}
