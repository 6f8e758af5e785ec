export { dictionaryLimits, loadDictionary, openDictionaries } from './dictionary.ts'
export type { Dictionary, DictionarySettings, TermContext } from './dictionary.ts'
export { DictionaryError } from './dictionary-error.ts'
export { createTermFinder } from './term-finder.ts'
