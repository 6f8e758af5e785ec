import { createLazyNameTagger } from './detectors.ts'
import type { WorkerReply, WorkerRequest } from './messages.ts'
import type { NameTagger } from './tagger.ts'
import { readNameModel } from './weights.ts'

declare const self: Worker

/** Entry point of the thread that tags long texts; `recognizer.ts` starts it and speaks to it. */
let tagger: NameTagger | undefined

function answer(request: WorkerRequest): WorkerReply {
  if (request.type === 'start') {
    tagger = createLazyNameTagger(readNameModel, request.settings)
    return { type: 'ready' }
  }
  const { id, text } = request
  try {
    if (tagger === undefined) return { type: 'failed', id }
    return { type: 'found', id, sightings: tagger.tag(text) }
  } catch {
    // The other side tags the text itself, and meets the fault there if there is one.
    return { type: 'failed', id }
  }
}

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  self.postMessage(answer(event.data), [])
})
