import type { NameSighting, TaggerSettings } from './tagger.ts'

/** What a worker is sent: once how to tag, then texts. */
export type WorkerRequest =
  | { readonly type: 'start'; readonly settings: TaggerSettings }
  | { readonly type: 'tag'; readonly id: number; readonly text: string }

/** What a worker answers. */
export type WorkerReply =
  | { readonly type: 'ready' }
  | { readonly type: 'found'; readonly id: number; readonly sightings: readonly NameSighting[] }
  | { readonly type: 'failed'; readonly id: number }
