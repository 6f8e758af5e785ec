import { createTopicScorer, decodeTopic } from '../topics/index.ts'
import type { Topic, TopicScorer } from '../topics/index.ts'
import type { TextView } from '../types.ts'

/** The topics of a configuration, by their files. */
export interface TopicScores {
  thresholdOf(file: string): number
  /** The scores of a text by file, from 0 to 1; encoded runs are read too, and the best reading counts. */
  scoresOf(view: TextView, files: readonly string[]): ReadonlyMap<string, number>
}

/** Readings of encoded runs that are shorter, in UTF-16 code units, have no topic. */
const shortestReading = 40

/** Loads each topic when it is first asked for; throws then when its file cannot be used. */
export function createTopicScores(readFile: (path: string) => Uint8Array): TopicScores {
  const topics = new Map<string, Topic>()
  const topicOf = (file: string): Topic => {
    const topic = topics.get(file) ?? decodeTopic(readFile(file))
    topics.set(file, topic)
    return topic
  }
  // Its tables cost time to build, and most configurations have no topic.
  let scorer: TopicScorer | undefined
  return {
    thresholdOf: (file) => topicOf(file).threshold,
    scoresOf(view, files) {
      scorer ??= createTopicScorer()
      const wanted = files.map(topicOf)
      const best = new Map<string, number>()
      const encoded = view.decoded.filter(({ text }) => text.length >= shortestReading)
      for (const text of [view.normal, ...encoded.map((run) => run.text)]) {
        for (const [at, { score }] of scorer.score(text, wanted).entries()) {
          const file = files[at] ?? ''
          best.set(file, Math.max(score, best.get(file) ?? 0))
        }
      }
      return best
    },
  }
}
