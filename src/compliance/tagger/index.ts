export { createLazyNameTagger, createNameDetectors, nameLabels } from './detectors.ts'
export type { NameLabel, NameModel } from './model.ts'
export {
  createNameRecognizer,
  defaultInlineCharacters,
  defaultQueueCharacters,
} from './recognizer.ts'
export type {
  FallbackReason,
  NameRecognizer,
  RecognizerDeps,
  RecognizerSettings,
} from './recognizer.ts'
export { createNameTagger, defaultBias } from './tagger.ts'
export type { NameSighting, NameTagger, TaggedPart, TaggerSettings } from './tagger.ts'
export { readNameModel } from './weights.ts'
