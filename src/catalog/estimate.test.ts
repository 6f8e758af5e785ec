import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { estimateTokens, estimateTokensOfLength } from './estimate.ts'

/** Tokens counted with the vocabulary o200k_base. */
const samples: readonly (readonly [name: string, tokens: number, text: string])[] = [
  [
    'English',
    45,
    'Dear team, the quarterly report is due on Friday. Please check the figures for the northern region again: two invoices were booked twice, and the refund from March is missing. If anything is unclear, call me before noon.',
  ],
  [
    'German',
    48,
    'Liebe Kolleginnen und Kollegen, der Quartalsbericht ist am Freitag fällig. Bitte prüft noch einmal die Zahlen für die nördliche Region: zwei Rechnungen wurden doppelt gebucht, und die Rückerstattung vom März fehlt.',
  ],
  [
    'Russian',
    52,
    'Уважаемые коллеги, квартальный отчёт нужно сдать в пятницу. Пожалуйста, проверьте ещё раз цифры по северному региону: два счёта были проведены дважды, а возврат за март отсутствует.',
  ],
  [
    'Chinese',
    59,
    '各位同事，季度报告将于周五到期。请再次核对北部地区的数字：有两张发票被重复入账，三月份的退款也缺失了。如有不清楚的地方，请在中午之前给我打电话。',
  ],
  [
    'Japanese',
    58,
    '皆さん、四半期報告書の締め切りは金曜日です。北部地域の数字をもう一度確認してください。二つの請求書が二重に計上されており、三月の返金が抜けています。',
  ],
  [
    'Korean',
    50,
    '여러분, 분기 보고서 마감일은 금요일입니다. 북부 지역의 수치를 다시 한번 확인해 주세요. 송장 두 건이 중복으로 기록되었고 3월 환불이 누락되었습니다.',
  ],
  [
    'Arabic',
    52,
    'الزملاء الأعزاء، موعد تسليم التقرير الفصلي هو يوم الجمعة. يرجى مراجعة أرقام المنطقة الشمالية مرة أخرى، فقد سُجلت فاتورتان مرتين، كما أن المبلغ المسترد في مارس مفقود.',
  ],
  [
    'code',
    61,
    'export function total(items: readonly Item[]): number {\n  let sum = 0\n  for (const item of items) {\n    if (item.price === undefined) continue\n    sum += item.price * item.count\n  }\n  return Math.round(sum * 100) / 100\n}\n',
  ],
  [
    'JSON',
    60,
    '{"id":"ord_10482","customer":{"name":"Ana Example","email":"ana@example.com"},"lines":[{"sku":"A-100","count":2,"price":19.9},{"sku":"B-205","count":1,"price":149}],"paid":true}',
  ],
]

describe('estimateTokens', () => {
  test.each(samples)('%s is within a quarter of the true count', (_name, tokens, text) => {
    expect(estimateTokens(text) / tokens).toBeWithin(0.75, 1.25)
  })

  test('a sampled text costs what its parts cost', () => {
    for (const [, , text] of samples) {
      const long = `${text}\n`.repeat(200)
      expect(estimateTokens(long) / (200 * estimateTokens(`${text}\n`))).toBeWithin(0.85, 1.15)
    }
  })

  test('a picture in base64 costs what pictures cost, wherever it stands', () => {
    const data = Uint8Array.from({ length: 600_000 }, (_, index) => (index * 31) % 251)
    const url = `data:image/png;base64,${data.toBase64()}`
    const question = 'What is in this picture? '.repeat(400)
    const bodies = [
      {
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: question },
        ],
      },
      {
        content: [
          { type: 'text', text: question },
          { type: 'image_url', image_url: { url } },
        ],
      },
      {
        source: { type: 'base64', media_type: 'image/png', data: url.slice(22) },
        text: question,
      },
    ]
    for (const body of bodies) {
      expect(estimateTokens(JSON.stringify(body)) / (estimateTokens(question) + 1067)).toBeWithin(
        0.7,
        1.3,
      )
    }
  })

  test('the same letters without a word of base64 are text', () => {
    expect(estimateTokens('deadbeef'.repeat(10_000))).toBeGreaterThan(10_000)
  })

  test('any text has a whole, finite estimate, none has none', () => {
    expect(estimateTokens('')).toBe(0)
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(500), (text, times) => {
        const tokens = estimateTokens(text.repeat(times + 1))
        expect(Number.isSafeInteger(tokens)).toBe(true)
        expect(tokens).toBeWithin(0, text.length * (times + 1) * 2 + 1)
      }),
    )
  })

  test('a long text takes microseconds', () => {
    const long = samples
      .map(([, , text]) => text)
      .join('\n')
      .repeat(80)
    expect(long.length).toBeGreaterThan(100_000)
    let best = Infinity
    for (let run = 0; run < 200; run++) {
      const start = performance.now()
      estimateTokens(long)
      best = Math.min(best, performance.now() - start)
    }
    expect(best * 1000).toBeLessThan(100) // measured 15 µs; the limit leaves room for a busy machine
  })
})

test('estimateTokensOfLength counts four to a token, rounded up', () => {
  expect([0, 1, 4, 5].map(estimateTokensOfLength)).toEqual([0, 1, 1, 2])
})
