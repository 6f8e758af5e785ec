import { createSecretScanner, tokenRules } from '../src/compliance/secrets/index.ts'
import { costPerKilobyte, readRows } from './support/data.ts'
import type { Row } from './support/row.ts'

interface SecretCase {
  readonly rule: string
  readonly should_detect: boolean
  readonly text: string
}

/** Score from which a sighting counts, the threshold that policies begin with. */
const threshold = 0.5

export const name = 'secrets'

/** Measures recall on secrets, false alarms on look-alikes and on text without secrets, and the cost on prose. */
export async function run(dataDir: string): Promise<Row[]> {
  const scanner = createSecretScanner(tokenRules)
  const isFound = (text: string): boolean =>
    scanner.scan(text).some(({ score }) => score >= threshold)
  const cases = readRows<SecretCase>(dataDir, 'pii/secrets.jsonl.gz')
  const shareFound = (rows: readonly { readonly text: string }[]): number =>
    rows.filter(({ text }) => isFound(text)).length / rows.length
  const rows: Row[] = [
    { subject: 'secrets', metric: 'rules', value: tokenRules.length, unit: 'count' },
  ]
  if (cases.length > 0) {
    const secrets = cases.filter((row) => row.should_detect)
    const lookAlikes = cases.filter((row) => !row.should_detect)
    rows.push(
      {
        subject: 'secrets',
        metric: 'recall',
        value: shareFound(secrets),
        unit: 'ratio',
        least: 0.95,
      },
      {
        subject: 'look-alikes',
        metric: 'false alarms',
        value: shareFound(lookAlikes),
        unit: 'ratio',
        most: 0.02,
      },
    )
  }
  const prose = [
    ...readRows<{ text: string }>(dataDir, 'pii/spans.jsonl'),
    ...readRows<{ text: string }>(dataDir, 'injection/benign.jsonl'),
  ]
  if (prose.length > 0) {
    const texts = [prose.map(({ text }) => text).join('\n')]
    rows.push(
      {
        subject: 'prompts without secrets',
        metric: 'false alarms',
        value: shareFound(prose),
        unit: 'ratio',
        most: 0.005,
      },
      {
        subject: 'prose',
        metric: 'cost',
        value: costPerKilobyte(texts, (text) => scanner.scan(text)),
        unit: 'µs/kB',
        most: 10,
      },
    )
  }
  return rows
}
