import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExampleWriter } from './example.ts'
import type { Example, Label } from './example.ts'

/** The public corpora, by the name of their file; licences and authors are in models/NOTICE. */
export const corpusFiles = [
  'wikigold_wikigold.conll.txt',
  'WNUT17_wnut17train.conll',
  'BTC_a.conll',
  'BTC_b.conll',
  'BTC_e.conll',
  'BTC_f.conll',
  'BTC_g.conll',
  'SEC-filings_FIN5.txt',
] as const

const labels: Readonly<Record<string, Label>> = {
  PER: 'person',
  person: 'person',
  LOC: 'place',
  location: 'place',
  ORG: 'organisation',
  corporation: 'organisation',
  group: 'organisation',
}

/** Reads one corpus: a token a line, its tag last, an empty line between sentences. */
export function readCorpus(folder: string, file: string): Example[] {
  const sentences = readFileSync(join(folder, file), 'utf8').split(/\n\s*\n/)
  return sentences.flatMap((sentence): Example[] => {
    const tokens = sentence
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('-DOCSTART-'))
      .map(readLine)
      .map((token, place, all) => (isHandle(token, all[place - 1]) ? unlabelled(token) : token))
    return tokens.length === 0 ? [] : [write(tokens)]
  })
}

interface TaggedToken {
  readonly word: string
  readonly begins: boolean
  readonly label: Label | undefined
}

function readLine(line: string): TaggedToken {
  const columns = line.trim().split(/[\t ]+/)
  const word = columns[0] ?? ''
  const [mark, kind] = (columns.at(-1) ?? 'O').split(/-(.*)/)
  const label = isParty(word) ? undefined : labels[kind ?? '']
  return { word, begins: mark === 'B', label }
}

/** Handles are names of accounts; the corpora do not agree on them. */
function isHandle(token: TaggedToken, before: TaggedToken | undefined): boolean {
  return token.word.startsWith('@') || before?.word === '@'
}

/** Contracts call the parties so; one corpus marks them as persons and organisations. */
function isParty(word: string): boolean {
  return /^(lender|borrower|employee|executive|agent|bank|company|tenant|landlord|lessee|lessor|licensee|licensor|trustee|guarantor|purchaser|seller|buyer|holder|consultant|administrative|parent|issuer|subsidiary|client|customer|director|employer|contractor|party|parties)s?$/i.test(
    word,
  )
}

function unlabelled(token: TaggedToken): TaggedToken {
  return { ...token, label: undefined }
}

/** Writes the sentence as people do: without spaces before stops and after opening brackets. */
function write(tokens: readonly TaggedToken[]): Example {
  const writer = new ExampleWriter()
  let quoted = false
  let glue = true
  for (let place = 0; place < tokens.length; place += 1) {
    const token = tokens[place]
    if (token === undefined) continue
    const closes = token.word === '"' && quoted
    const joined =
      glue || closes || /^([.,;:!?)\]}%”]|'s|'m|'re|'ve|'ll|'d|n't|'S|''|\.\.\.)$/.test(token.word)
    if (!joined) writer.add(' ')
    if (token.word === '"') quoted = !quoted
    glue = /^([([{“]|``)$/.test(token.word) || (token.word === '"' && quoted)
    let words = token.word
    if (token.label !== undefined) {
      const next = (): TaggedToken | undefined => tokens[place + 1]
      while (next()?.label === token.label && next()?.begins === false) {
        const word = next()?.word ?? ''
        words += (/^([.,]|'s)$/.test(word) ? '' : ' ') + word
        place += 1
      }
    }
    writer.add(words, token.label)
  }
  return writer.finish()
}
