export { createHttpClient } from './client.ts'
export type { HttpClient, HttpClientOptions } from './client.ts'
export { ProtocolError } from './response-parser.ts'
