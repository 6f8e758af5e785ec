export {
  createInjectionDetector,
  createReader,
  pieceScale,
  windowStep,
  windowTokens,
} from './detector.ts'
export type { InjectionDetector, InjectionSource, InjectionVerdict } from './detector.ts'
export { featuresOf } from './features.ts'
