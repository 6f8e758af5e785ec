import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { nothingSeen, scanText } from './scan-text.ts'

function seenIn(text: string, maxPieces = 1000) {
  const seen = nothingSeen()
  scanText(text, maxPieces, seen)
  return seen
}

describe('a text', () => {
  const programs = {
    typescript:
      'export function add(a: number, b: number) {\n  return table[a] + table[b] // sum\n}\n',
    python:
      'def area(self, r=1.0):\n    if r < 0:\n        raise ValueError(r)\n    return PI * r ** 2\n',
    sql: "SELECT id, COUNT(*) FROM t_orders WHERE day >= '2024-01-01' GROUP BY id;\n",
    shell: 'for f in *.txt; do\n  mv "$f" "${f%.txt}.md" && echo "$f" >> log.txt\ndone\n',
    haskell: 'fold :: (a -> b -> b) -> b -> [a] -> b\nfold f z (x:xs) = f x (fold f z xs)\n',
    c: 'static int *next(struct node *n) {\n\treturn n->next ? &n->next->value : NULL;\n}\n',
    fenced: 'Voici :\n```\nx vaut deux\n```\n',
    formula: 'Show that ∑_{k=1}^{n} k^2 = n(n+1)(2n+1)/6 for all n ∈ ℕ, and that ∀ε>0 ∃N.\n',
  }
  test.each(Object.entries(programs))('that is code is seen as such: %s', (_, text) => {
    expect(seenIn(text).codePieces).toBeGreaterThanOrEqual(1)
  })

  const proses = {
    english:
      'The committee (which met on Monday) did not agree on the budget; it will meet again in May. Who is invited? Nobody knows - not even the chair!\n\nSee https://example.com/a for the minutes, e.g. page 3.',
    german:
      'Der Ausschuss (der am Montag tagte) war sich nicht einig: Es fehlten 3,5 % des Geldes – „zu viel“, sagte die Vorsitzende.',
    french: 'Le comité s’est réuni lundi ; il n’a pas voté : « trop tôt », dit-on. Et après ?',
    russian: 'Комитет (он собрался в понедельник) не пришёл к согласию; вопрос отложен до мая.',
    chinese: '委员会（周一开会）没有达成一致：预算缺少3.5%。下次会议在五月召开，谁会参加？',
    arabic: 'لم تتفق اللجنة (التي اجتمعت يوم الاثنين) على الميزانية؛ ستجتمع مرة أخرى في مايو.',
    hindi: 'समिति (जो सोमवार को मिली) बजट पर सहमत नहीं हुई। अगली बैठक मई में होगी।',
    markdown:
      '# Minutes\n\n**Present:** all.\n\n- The budget\n- The garden\n\n---\n\n1. *Open*\n2. *Closed*\n',
  }
  test.each(Object.entries(proses))('that is prose is not: %s', (_, text) => {
    expect(seenIn(text.repeat(3)).codePieces).toBe(0)
  })

  test('has its sentences and items counted in any script', () => {
    expect(seenIn('Go. Stop! Why? ').sentences).toBe(3)
    expect(seenIn('走吧。停！为什么？').sentences).toBe(3)
    expect(seenIn('चलो। रुको।').sentences).toBe(2)
    expect(seenIn('Do this:\n- one\n- two\n  * three\n4. four\n5) five\n').items).toBe(5)
    expect(seenIn('A well-known - if odd - 3.5 kg case (see 2) here.\n').items).toBe(0)
  })

  test('that is long is sampled, to about the same counts', () => {
    const text = 'The committee met on Monday. It agreed on nothing.\n'.repeat(2000)
    const [all, some] = [seenIn(text, Infinity), seenIn(text, 28)]
    for (const name of ['tokens', 'sentences'] as const) {
      expect(some[name] / all[name]).toBeWithin(0.8, 1.25)
    }
  })

  test('of any characters gives finite counts that are not below 0', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2000 }),
        fc.integer({ min: 2, max: 40 }),
        (text, maxPieces) => {
          for (const count of Object.values(seenIn(text, maxPieces))) {
            expect(Number.isFinite(count) && count >= 0).toBe(true)
          }
        },
      ),
    )
  })
})
