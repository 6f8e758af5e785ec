import type { Answer, Question } from './call.ts'

/** A model at a provider: something a call can be sent to. */
export interface Target {
  readonly provider: string
  readonly model: string
  readonly weight: number
  /**
   * Asks once and returns the answer in the client's format; an error the provider answered with is an
   * answer with its status and `report.error`. Throws a `GatewayError` when there was no usable answer.
   */
  ask(question: Question): Promise<Answer>
}
