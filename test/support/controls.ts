import type { ControlsStage } from '../../src/pipeline/index.ts'

/** Controls of a gateway that nobody stops. */
export const neverStopped: ControlsStage = {
  watch: (question) => ({ question, admit: () => undefined, end: () => undefined }),
}
