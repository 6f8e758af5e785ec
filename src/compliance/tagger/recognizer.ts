import { createLazyNameTagger } from './detectors.ts'
import type { WorkerReply, WorkerRequest } from './messages.ts'
import type { NameModel } from './model.ts'
import type { NameSighting, NameTagger, TaggerSettings } from './tagger.ts'
import { readNameModel } from './weights.ts'

/** Why a long text was not tagged by the worker. */
export type FallbackReason = 'queue-full' | 'worker-failed'

/** Settings of a recogniser. */
export interface RecognizerSettings extends TaggerSettings {
  /** Texts up to this many UTF-16 code units are tagged at once, longer ones in the worker; about 0.25 ms per 1,000. */
  readonly inlineCharacters?: number
  /** Code units that may wait for the worker; a text that finds no room is tagged here, a slice at a time. */
  readonly queueCharacters?: number
  /** False does without a worker: long texts are always tagged here in slices. */
  readonly useWorker?: boolean
}

/** What a recogniser is given. */
export interface RecognizerDeps {
  readonly readModel?: () => NameModel
  readonly startWorker?: () => Worker
  /** Told each time that a long text is tagged here instead of in the worker. */
  readonly onFallback?: (reason: FallbackReason) => void
}

/**
 * Finds names in texts of any length without holding up others. What is found does not depend on where: in one go, in
 * the worker, or in slices here when the worker is full or broken.
 */
export interface NameRecognizer extends AsyncDisposable {
  /** At once for short texts, otherwise when it is found; rejects only if the signal aborts. */
  recognize(
    text: string,
    signal?: AbortSignal,
  ): readonly NameSighting[] | Promise<readonly NameSighting[]>
  /** Code units that wait for the worker or are with it. */
  readonly waiting: number
}

/** Default of `inlineCharacters`. */
export const defaultInlineCharacters = 8192
/** Default of `queueCharacters`. */
export const defaultQueueCharacters = 4 * 1024 * 1024
const sliceMs = 2

/** Makes a recogniser; model and worker begin when they are first needed. */
export function createNameRecognizer(
  settings: RecognizerSettings = {},
  deps: RecognizerDeps = {},
): NameRecognizer {
  const inline = settings.inlineCharacters ?? defaultInlineCharacters
  const room = settings.queueCharacters ?? defaultQueueCharacters
  const { startWorker = startTaggerWorker, onFallback } = deps
  const own = { bias: settings.bias ?? {} }
  const tagger = createLazyNameTagger(deps.readModel ?? readNameModel, own)
  const worker = settings.useWorker === false ? undefined : createWorkerClient(startWorker, own)

  async function tagLong(
    text: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly NameSighting[]> {
    if (worker === undefined) return tagInSlices(tagger, text, signal)
    if (worker.waiting + text.length > room) {
      onFallback?.('queue-full')
      return tagInSlices(tagger, text, signal)
    }
    const found = await worker.tag(text)
    signal?.throwIfAborted()
    if (found !== undefined) return found
    onFallback?.('worker-failed')
    return tagInSlices(tagger, text, signal)
  }

  return {
    recognize(text, signal) {
      return text.length <= inline ? tagger.tag(text) : tagLong(text, signal)
    },
    get waiting() {
      return worker?.waiting ?? 0
    },
    [Symbol.asyncDispose]: async () => worker?.stop(),
  }
}

/** Tags a text part by part and lets others run every few milliseconds. */
export async function tagInSlices(
  tagger: NameTagger,
  text: string,
  signal?: AbortSignal,
): Promise<readonly NameSighting[]> {
  const all: NameSighting[] = []
  let since = performance.now()
  for (let at = 0; at < text.length;) {
    const part = tagger.tagPart(text, at)
    all.push(...part.sightings)
    at = part.next
    if (performance.now() - since < sliceMs) continue
    await new Promise(setImmediate)
    signal?.throwIfAborted()
    since = performance.now()
  }
  return all
}

/** In the binary all modules are one, and the worker lies below its root; scripts/compile.ts puts it there. */
function startTaggerWorker(): Worker {
  const isBundled = !import.meta.url.endsWith('/recognizer.ts')
  const place = isBundled ? './compliance/tagger/worker.ts' : './worker.ts'
  return new Worker(new URL(place, import.meta.url))
}

interface WorkerClient {
  /** Undefined if the worker cannot: it failed, or was stopped. */
  tag(text: string): Promise<readonly NameSighting[] | undefined>
  readonly waiting: number
  stop(): Promise<void>
}

interface Pending {
  readonly size: number
  readonly settle: (found: readonly NameSighting[] | undefined) => void
}

const restartMs = 30_000

function createWorkerClient(startWorker: () => Worker, settings: TaggerSettings): WorkerClient {
  const pending = new Map<number, Pending>()
  let worker: Worker | undefined
  let failedAt = -Infinity
  let nextId = 0
  let waiting = 0

  function settle(id: number, found: readonly NameSighting[] | undefined): void {
    const entry = pending.get(id)
    if (entry === undefined) return
    pending.delete(id)
    waiting -= entry.size
    if (pending.size === 0) worker?.unref()
    entry.settle(found)
  }

  function fail(): void {
    failedAt = performance.now()
    worker = undefined
    for (const id of pending.keys()) settle(id, undefined)
  }

  function start(): Worker {
    const started = startWorker()
    started.addEventListener('message', (event: MessageEvent<WorkerReply>) => {
      const reply = event.data
      if (reply.type === 'found') settle(reply.id, reply.sightings)
      else if (reply.type === 'failed') settle(reply.id, undefined)
    })
    started.addEventListener('error', (event) => {
      event.preventDefault()
      if (worker === started) fail()
    })
    started.addEventListener('close', () => {
      if (worker === started) fail()
    })
    started.postMessage({ type: 'start', settings } satisfies WorkerRequest, [])
    return started
  }

  return {
    get waiting() {
      return waiting
    },
    async tag(text) {
      if (worker === undefined && performance.now() - failedAt < restartMs) return undefined
      worker ??= start()
      worker.ref()
      const id = (nextId += 1)
      waiting += text.length
      // A callback of the worker ends it.
      const found = new Promise<readonly NameSighting[] | undefined>((resolve) => {
        pending.set(id, { size: text.length, settle: resolve })
      })
      worker.postMessage({ type: 'tag', id, text } satisfies WorkerRequest, [])
      return found
    },
    async stop() {
      const running = worker
      fail()
      running?.terminate()
    },
  }
}
