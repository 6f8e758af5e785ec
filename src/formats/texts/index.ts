export { replaceTexts } from './replace.ts'
export { clearedBy, segmentsOf } from './segments.ts'
export type { BodyTexts, TextSegment } from './segments.ts'
