import type { Clock } from '../core/clock.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { Principal } from '../core/principal.ts'
import type { Operation } from '../core/record.ts'
import type {
  EmbeddingsProviderDialect,
  FormatName,
  ProviderFormat,
  RerankProviderDialect,
  Warn,
} from '../formats/index.ts'

/** Sends one HTTP request. The runtime's `fetch` fits, and so does the in-process simulation. */
export type Fetch = (url: string, init: FetchInit) => Promise<ProviderResponse>

/** A response as far as it is used here; a `Response` of the web fits. */
export interface ProviderResponse {
  readonly status: number
  readonly headers: {
    get(name: string): string | null
    forEach(visit: (value: string, name: string) => void): void
  }
  readonly body: ByteSource | null
  /** Reads the whole body. */
  bytes(): Promise<Uint8Array>
}

/** A body that is read piece by piece, at the reader's pace. */
export interface ByteSource {
  getReader(): ByteReader
}

export interface ByteReader {
  read(): Promise<
    | { readonly done: false; readonly value: Uint8Array }
    | { readonly done: true; readonly value?: Uint8Array | undefined }
  >
  /** Gives the rest up: the sender is told to stop. */
  cancel(): Promise<void>
}

export interface FetchInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | undefined
  readonly signal: AbortSignal
  /** What `signal` tells, for one listener and without the cost of a signal. */
  readonly onAbort?: (listener: (reason: unknown) => void) => void
  readonly redirect: 'manual'
  /** Switches the silence limit of the runtime off: the configured deadlines decide. */
  readonly timeout: false
  /** How long a new connection may take to open, in milliseconds. */
  readonly connectTimeoutMs?: number | undefined
}

/** What a request to a provider is for; decides its URL. */
export interface EndpointRequest {
  readonly operation: Operation
  /** Format of the body for chat-like operations. */
  readonly format?: FormatName
  /** The provider's own model name. */
  readonly model: string
  /** Path behind the API root with its query, such as `/files/file-1/content`; for pass-through operations. */
  readonly path: string
  /** Whether the answer is to be streamed, for formats whose URL says so. */
  readonly stream?: boolean
  /** Headers of the client, for providers that want some of them said in the body. */
  readonly headers?: Headers
}

/** A finished request that still lacks what proves who sends it. */
export interface UnsignedRequest {
  readonly method: string
  readonly url: string
  /** Headers by lower-case name, `provider.headers` among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string | undefined
  /** For whom it is sent: a provider may use different credentials for different callers. */
  readonly principal: Principal
  readonly signal: AbortSignal
}

/** A service that answers calls: endpoint, credentials and format. Immutable; one per configured entry. */
export interface Provider extends AsyncDisposable {
  readonly name: string
  readonly type: string
  /** Where it processes what it is sent, and within whose walls: absent when nobody said so. */
  readonly region?: string | undefined
  readonly perimeter?: string | undefined
  /** Chat formats it speaks, the preferred one first. */
  readonly formats: readonly ProviderFormat[]
  /** The formats one model is asked in, where they depend on the model. */
  formatsFor?(model: string): readonly ProviderFormat[]
  /** Headers of every request, credentials included. Never shown to a client or a log. */
  readonly headers: Readonly<Record<string, string>>
  /** The same headers with a type of content, made once for each; frozen, so that they can be told by identity. */
  readonly standingHeaders?: (contentType: string) => Readonly<Record<string, string>>
  /** Takes credentials, those that expire included, out of what this provider says about them. */
  readonly strike: (text: string) => string
  /** Request headers of the client that this provider understands and may receive. */
  readonly forwardedHeaders: readonly string[]
  /** Whether to ask for usage in streams when the client did not. */
  readonly asksStreamUsage: boolean
  /** Whether later calls can name the responses it made: it keeps them unless it is told not to. */
  readonly keepsResponses?: boolean | undefined
  readonly fetch: Fetch
  /** Returns the URL for an operation, or `undefined` when the provider does not offer it. */
  url(request: EndpointRequest): string | undefined
  /**
   * Returns headers to add or replace: signatures, tokens that expire, credentials that depend on the caller.
   * Throws `provider_refused_credentials` or `provider_unreachable` when it cannot get them.
   */
  authorize?(
    request: UnsignedRequest,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>
  /**
   * Returns top-level members of the body that this provider wants differently from the format's owner
   * (Claude at Vertex and Bedrock); `undefined` removes a member.
   * @param body what would be sent otherwise
   * @param warn told of members that are lost
   */
  bodyMembers?(
    request: EndpointRequest,
    body: JsonObject,
    warn: Warn,
  ): Readonly<Record<string, JsonValue | undefined>>
  /** Whether it counts the tokens of chats at `/tokenize`, as vLLM does. */
  readonly tokenizes?: boolean | undefined
  /** The dialect in which a model is asked for vectors; OpenAI's where absent. */
  embeddings?(model: string): EmbeddingsProviderDialect
  /** The dialect in which a model is asked to rank documents; that of OpenAI-style servers where absent. */
  rerank?(model: string): RerankProviderDialect
}

/** What a provider type has to say for itself; transport and lifetime are the same for all. */
export type ProviderTraits = Pick<
  Provider,
  | 'formats'
  | 'formatsFor'
  | 'headers'
  | 'forwardedHeaders'
  | 'asksStreamUsage'
  | 'keepsResponses'
  | 'url'
  | 'authorize'
  | 'bodyMembers'
  | 'tokenizes'
  | 'embeddings'
  | 'rerank'
>

/** What provider types need whose credentials expire or are made for each request. */
export interface ProviderRuntime {
  readonly clock: Clock
  /** Sends what is no call, such as the request for a token, the way calls to the provider are sent. */
  readonly fetch: Fetch
  /** As `fetch`, but past the provider's proxy: for services of the machine itself (metadata, identity). */
  readonly fetchDirectly: Fetch
}
