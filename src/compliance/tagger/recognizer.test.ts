import { expect, test } from 'bun:test'
import { createNameRecognizer, createNameTagger, readNameModel } from './index.ts'
import { tagInSlices } from './recognizer.ts'

const line = 'Maria Lopez called John Smith in Berlin about the order.\n\n'
const long = line.repeat(300)
const whole = createNameTagger(readNameModel()).tag(long)

test('short texts are tagged at once', async () => {
  await using recognizer = createNameRecognizer()
  const found = recognizer.recognize('Dear Maria Lopez,')
  expect(found).toBeArrayOfSize(1)
})

test('long texts get the same answer from the worker as here', async () => {
  await using recognizer = createNameRecognizer({ inlineCharacters: 100 })
  const found = recognizer.recognize(long)
  expect(found).toBeInstanceOf(Promise)
  expect(recognizer.waiting).toBe(long.length)
  expect(await found).toEqual([...whole])
  expect(recognizer.waiting).toBe(0)
})

test('slices find what the whole finds, and stop when they are told to', async () => {
  const tagger = createNameTagger(readNameModel())
  expect(await tagInSlices(tagger, long)).toEqual([...whole])
  const stopped = tagInSlices(tagger, long.repeat(4), AbortSignal.abort(new Error('enough')))
  expect(stopped).rejects.toThrow('enough')
})

test('a full queue and a broken worker cost time, and no finding', async () => {
  const reasons: string[] = []
  const deps = { onFallback: (reason: string) => reasons.push(reason) }
  await using full = createNameRecognizer({ inlineCharacters: 10, queueCharacters: 10 }, deps)
  expect(await full.recognize(long)).toEqual([...whole])
  await using broken = createNameRecognizer(
    { inlineCharacters: 10 },
    { ...deps, startWorker: () => new Worker('data:text/javascript,throw new Error("broken")') },
  )
  expect(await broken.recognize(long)).toEqual([...whole])
  expect(reasons).toEqual(['queue-full', 'worker-failed'])
})

test('bias reaches the worker', async () => {
  const bias = { 'person-name': -1000 }
  await using recognizer = createNameRecognizer({ inlineCharacters: 10, bias })
  const found = await recognizer.recognize(long)
  expect(found.filter(({ label }) => label === 'person-name')).toEqual([])
})
