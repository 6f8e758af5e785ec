import { createNameRecognizer } from '../index.ts'

/** A program that is compiled by a test: it tags a short text at once and a long one in the worker. */
const reasons: string[] = []
const recognizer = createNameRecognizer(
  { inlineCharacters: 100 },
  { onFallback: (reason) => reasons.push(reason) },
)
const long = 'Maria Lopez called John Smith about the order.\n\n'.repeat(50)
const short = await recognizer.recognize('Dear Maria Lopez,')
const found = await recognizer.recognize(long)
await recognizer[Symbol.asyncDispose]()
process.stdout.write(JSON.stringify({ short: short.length, long: found.length, reasons }))
