export { convertRerank } from './convert.ts'
export type { RerankClientDialect, RerankProviderDialect } from './dialect.ts'
export { bedrockRerank, cohereRerank, jinaRerank } from './dialects.ts'
