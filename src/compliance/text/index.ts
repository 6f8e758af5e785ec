export { createFolding, fold } from './folding.ts'
export type { Folding, FoldingOptions } from './folding.ts'
export { createTokenizer, hashOf, joinHashes, tokenKinds } from './tokens.ts'
export type { Tokenizer, Tokens } from './tokens.ts'
