import type { ErrorView } from './format.ts'

/**
 * Returns the message of an error, and where it tells of a prompt that is too long, with the words before it
 * by which clients of a dialect know that: agents shorten their conversation then.
 */
export function messageFor({ message, failureClass }: ErrorView, tooLong: string): string {
  const isKnown = failureClass !== 'context-window' || message.includes(tooLong)
  return isKnown ? message : `${tooLong}: ${message}`
}
