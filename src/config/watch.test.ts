import { afterAll, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createConfigLoader } from './load.ts'
import { testSchema } from './testing/schema.ts'
import { watchConfig } from './watch.ts'

const directories: string[] = []
afterAll(() => Promise.all(directories.map((path) => rm(path, { recursive: true, force: true }))))

const yaml = (listen: string): string => `server: { listen: "${listen}:1" }\n`
const withSecret = 'store: "${file:secret}"\n'

interface Seen {
  readonly path: string
  readonly directory: string
  readonly events: string[]
  /** Waits until the events are these. */
  readonly becomes: (expected: readonly string[]) => Promise<void>
}

async function watched(
  prepare: (directory: string) => Promise<string>,
  run: (seen: Seen) => Promise<void>,
  pollMs = 60_000,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'smartflow-watch-'))
  directories.push(directory)
  const path = await prepare(directory)
  const loader = createConfigLoader(testSchema, { environment: {} })
  const events: string[] = []
  await using watch = watchConfig({
    loader,
    path,
    initial: await loader.load(path),
    pollMs,
    onSnapshot: ({ config }) => {
      events.push(config.store?.reveal() ?? config.server.listen)
    },
    onRejected: (error) =>
      events.push(`rejected: ${error.message.split('\n')[0]?.replace(path, '')}`),
  })
  await watch.reload()
  const becomes = async (expected: readonly string[]): Promise<void> => {
    const end = performance.now() + 3_000
    while (events.length < expected.length && performance.now() < end) await Bun.sleep(5)
    expect(events).toEqual([...expected])
  }
  await run({ path, directory, events, becomes })
}

const plainFile = async (directory: string): Promise<string> => {
  const path = join(directory, 'smartflow.yaml')
  await writeFile(path, yaml('a'))
  return path
}

test('a file written in place is loaded, a bad one is rejected once and the next good one loaded', async () => {
  await watched(plainFile, async ({ path, becomes }) => {
    await writeFile(path, yaml('b'))
    await becomes(['b:1'])
    await writeFile(path, 'serverr: {}\n')
    const rejected = "rejected: :1:1 serverr: unknown key; did you mean 'server'?"
    await becomes(['b:1', rejected])
    await Bun.sleep(250)
    await becomes(['b:1', rejected])
    await writeFile(path, yaml('c'))
    await becomes(['b:1', rejected, 'c:1'])
  })
})

test('a file replaced by rename is loaded, again and again', async () => {
  await watched(plainFile, async ({ path, becomes }) => {
    for (const [index, name] of ['b', 'c', 'd'].entries()) {
      await writeFile(`${path}.tmp`, yaml(name))
      await rename(`${path}.tmp`, path)
      await becomes(['b:1', 'c:1', 'd:1'].slice(0, index + 1))
    }
  })
})

test('a write that changes nothing effective is not told', async () => {
  await watched(plainFile, async ({ path, becomes }) => {
    await writeFile(path, `# a comment\n${yaml('a')}`)
    await Bun.sleep(200)
    await becomes([])
  })
})

test('a burst of writes is loaded once, as it is at the end', async () => {
  await watched(plainFile, async ({ path, becomes }) => {
    for (let index = 0; index < 8; index++) {
      await truncate(path)
      await writeFile(path, yaml(`x${index}`))
      await Bun.sleep(10)
    }
    await becomes(['x7:1'])
  })
})

test('a secret file that changes, vanishes and comes back is followed', async () => {
  const prepare = async (directory: string): Promise<string> => {
    await writeFile(join(directory, 'secret'), 'one')
    await writeFile(join(directory, 'smartflow.yaml'), withSecret)
    return join(directory, 'smartflow.yaml')
  }
  await watched(prepare, async ({ directory, becomes }) => {
    await writeFile(join(directory, 'secret'), 'two\n')
    await becomes(['two'])
    await rm(join(directory, 'secret'))
    const missing = 'rejected: :1:9 store: the file secret does not exist'
    await becomes(['two', missing])
    await writeFile(join(directory, 'secret'), 'three')
    await becomes(['two', missing, 'three'])
  })
})

test('a Kubernetes ConfigMap is followed when its data link is swapped', async () => {
  const publish = async (directory: string, name: string): Promise<void> => {
    await mkdir(join(directory, `..${name}`))
    await writeFile(join(directory, `..${name}`, 'smartflow.yaml'), yaml(name))
    await symlink(`..${name}`, join(directory, '..data_tmp'))
    await rename(join(directory, '..data_tmp'), join(directory, '..data'))
  }
  const prepare = async (directory: string): Promise<string> => {
    await publish(directory, 'a')
    await symlink('..data/smartflow.yaml', join(directory, 'smartflow.yaml'))
    return join(directory, 'smartflow.yaml')
  }
  await watched(prepare, async ({ directory, becomes }) => {
    await publish(directory, 'b')
    await rm(join(directory, '..a'), { recursive: true })
    await becomes(['b:1'])
    await publish(directory, 'c')
    await becomes(['b:1', 'c:1'])
  })
})

test('a link into another directory is followed when the file there changes', async () => {
  const prepare = async (directory: string): Promise<string> => {
    await mkdir(join(directory, 'real'))
    await mkdir(join(directory, 'etc'))
    await writeFile(join(directory, 'real', 'file.yaml'), yaml('a'))
    await symlink('../real/file.yaml', join(directory, 'etc', 'smartflow.yaml'))
    return join(directory, 'etc', 'smartflow.yaml')
  }
  await watched(prepare, async ({ directory, becomes }) => {
    await writeFile(join(directory, 'real', 'file.yaml'), yaml('b'))
    await becomes(['b:1'])
  })
})

test('what no event tells is found by looking from time to time', async () => {
  const prepare = async (directory: string): Promise<string> => {
    await mkdir(join(directory, 'etc'))
    await writeFile(join(directory, 'etc', 'smartflow.yaml'), yaml('a'))
    return join(directory, 'etc', 'smartflow.yaml')
  }
  const run = async ({ directory, path, becomes }: Seen): Promise<void> => {
    // The watched directory is moved away: whatever watches it sees nothing of its successor.
    await rename(join(directory, 'etc'), join(directory, 'old'))
    await mkdir(join(directory, 'etc'))
    await Bun.sleep(300)
    await writeFile(path, yaml('b'))
    await becomes(['rejected: :1:1 the file does not exist', 'b:1'])
  }
  await watched(prepare, run, 40)
})

test('a snapshot that cannot be built is rejected and told again after the next change', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'smartflow-watch-'))
  directories.push(directory)
  const path = await plainFile(directory)
  const loader = createConfigLoader(testSchema, { environment: {} })
  const rejections: string[] = []
  let attempts = 0
  await using watch = watchConfig({
    loader,
    path,
    initial: await loader.load(path),
    onSnapshot: () => {
      attempts += 1
      throw new Error('no such certificate')
    },
    onRejected: (error) => rejections.push(error.message),
  })
  await watch.reload()
  await writeFile(path, yaml('b'))
  while (rejections.length === 0) await Bun.sleep(5)
  await Bun.sleep(300)
  expect(rejections).toEqual(['no such certificate'])
  await watch.reload()
  expect([attempts >= 2, rejections.length]).toEqual([true, 2])
})

test('nothing is told after the watch was disposed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'smartflow-watch-'))
  directories.push(directory)
  const path = await plainFile(directory)
  const loader = createConfigLoader(testSchema, { environment: {} })
  const events: unknown[] = []
  const watch = watchConfig({
    loader,
    path,
    initial: await loader.load(path),
    onSnapshot: (loaded) => void events.push(loaded),
    onRejected: (error) => events.push(error),
  })
  await watch[Symbol.asyncDispose]()
  await writeFile(path, yaml('b'))
  await Bun.sleep(150)
  expect(events).toEqual([])
})
