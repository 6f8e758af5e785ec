import type { RuleConfig } from '../schema.ts'
import type { PolicyPack } from './pack.ts'

interface Practice {
  readonly id: string
  readonly letter: string
  readonly text: string
  readonly action: 'hold' | 'warn'
}

const practices: readonly Practice[] = [
  {
    id: 'manipulation',
    letter: 'a',
    text: 'subliminal, manipulative or deceptive techniques that distort behaviour',
    action: 'hold',
  },
  {
    id: 'exploitation',
    letter: 'b',
    text: 'exploiting vulnerabilities of age, disability or a social or economic situation',
    action: 'hold',
  },
  {
    id: 'social-scoring',
    letter: 'c',
    text: 'social scoring with detrimental treatment',
    action: 'hold',
  },
  {
    id: 'crime-prediction',
    letter: 'd',
    text: 'predicting offences of persons solely from profiling',
    action: 'hold',
  },
  {
    id: 'face-scraping',
    letter: 'e',
    text: 'untargeted scraping of faces for recognition databases',
    action: 'hold',
  },
  {
    id: 'emotion-inference',
    letter: 'f',
    text: 'inferring emotions at work and in education, but for medical or safety reasons',
    action: 'warn',
  },
  {
    id: 'biometric-categorisation',
    letter: 'g',
    text: 'deducing race, opinions, beliefs or sexual orientation from biometric data',
    action: 'hold',
  },
  {
    id: 'remote-identification',
    letter: 'h',
    text: 'real-time remote biometric identification in public for law enforcement',
    action: 'hold',
  },
]

/** Topics that may be prohibited practices are shown to somebody before they reach a model. */
export const euAiActArticle5Pack: PolicyPack = {
  id: 'eu-ai-act-article-5',
  title: 'EU AI Act, Article 5',
  description:
    'A practice is a topic: the labels ai-act:* come from categories of your own, such as topic models trained from examples. Talking about a practice is not practising it, therefore nothing is blocked outright.',
  rules: practices.map(({ id, letter, text, action }): RuleConfig => ({
    id,
    description: `Regulation (EU) 2024/1689, Art. 5(1)(${letter}): ${text}.`,
    what: { labels: [`ai-act:${id}`], direction: 'request' },
    action,
    message: `This may concern a practice that Article 5(1)(${letter}) of the EU AI Act prohibits: ${text}`,
  })),
  cases: [
    {
      name: 'social scoring is shown to somebody first',
      facts: { labels: ['ai-act:social-scoring'] },
      expect: { verdict: 'hold', rules: ['eu-ai-act-article-5/social-scoring'] },
    },
    {
      name: 'inferring emotions is warned of, as there are exceptions',
      facts: { labels: ['ai-act:emotion-inference'] },
      expect: { verdict: 'allow', rules: ['eu-ai-act-article-5/emotion-inference'] },
    },
    {
      name: 'answers are not held',
      direction: 'answer',
      facts: { labels: ['ai-act:social-scoring'] },
      expect: { verdict: 'allow', notRules: ['eu-ai-act-article-5/social-scoring'] },
    },
  ],
}
