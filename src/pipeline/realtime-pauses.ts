import type { Frame } from '../core/channel.ts'

/** How long nothing has to come before what is certain is let out, in milliseconds. */
const pauseMs = 100

/** Yields frames in their order, and `undefined` once in each pause while something is held back. */
export async function* withPauses(
  source: AsyncIterable<Frame>,
  isHolding: () => boolean,
): AsyncGenerator<Frame | undefined> {
  const frames = source[Symbol.asyncIterator]()
  for (;;) {
    const next = frames.next()
    if (isHolding() && (await isLate(next))) yield undefined
    const result = await next
    if (result.done === true) return
    yield result.value
  }
}

async function isLate(next: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), pauseMs)
  })
  try {
    return await Promise.race([next.then(() => false), late])
  } finally {
    clearTimeout(timer)
  }
}
