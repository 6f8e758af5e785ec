/**
 * How the two versions of the interface name the same things: GA, and the beta that clients ask for with
 * `OpenAI-Beta: realtime=v1`. https://platform.openai.com/docs/guides/realtime#beta-to-ga-migration
 */
export interface Words {
  readonly version: 'ga' | 'beta'
  readonly textDelta: string
  readonly textDone: string
  readonly audioDelta: string
  readonly audioDone: string
  readonly transcriptDelta: string
  readonly transcriptDone: string
  readonly textPart: string
  readonly audioPart: string
  /** Events that tell of a new item, in order. */
  readonly itemAdded: readonly string[]
}

const ga: Words = {
  version: 'ga',
  textDelta: 'response.output_text.delta',
  textDone: 'response.output_text.done',
  audioDelta: 'response.output_audio.delta',
  audioDone: 'response.output_audio.done',
  transcriptDelta: 'response.output_audio_transcript.delta',
  transcriptDone: 'response.output_audio_transcript.done',
  textPart: 'output_text',
  audioPart: 'output_audio',
  itemAdded: ['conversation.item.added', 'conversation.item.done'],
}

const beta: Words = {
  version: 'beta',
  textDelta: 'response.text.delta',
  textDone: 'response.text.done',
  audioDelta: 'response.audio.delta',
  audioDone: 'response.audio.done',
  transcriptDelta: 'response.audio_transcript.delta',
  transcriptDone: 'response.audio_transcript.done',
  textPart: 'text',
  audioPart: 'audio',
  itemAdded: ['conversation.item.created'],
}

/** Returns the words of the version a client asks for. */
export function wordsFor(betaHeader: string | null | undefined): Words {
  return betaHeader?.includes('realtime=v1') === true ? beta : ga
}
