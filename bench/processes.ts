import type { Subprocess } from 'bun'
import { processTree } from './machine.ts'

/** A started process that `stop` ends for certain. */
export interface Running {
  readonly pid: number
  stop(): Promise<void>
}

const stopMs = 3_000

/** Starts a process in the background; what it prints goes to a file. */
export function start(
  command: readonly string[],
  options: { env?: Record<string, string>; log: string },
): Running {
  const log = Bun.file(options.log)
  const child = Bun.spawn([...command], {
    env: { ...process.env, ...options.env },
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  return { pid: child.pid, stop: () => stop(child) }
}

/** Runs a command to its end and returns what it printed; throws when it fails or takes too long. */
export async function run(
  command: readonly string[],
  options: { timeoutMs: number; cwd?: string },
): Promise<string> {
  const child = Bun.spawn([...command], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: options.timeoutMs,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  const [text, problem] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ])
  if (child.exitCode === 0) return text
  throw new Error(
    `${command.join(' ').slice(0, 200)} failed (${child.exitCode}): ${problem.slice(-500)}`,
  )
}

/** Waits until a port answers HTTP in any way. */
export async function waitForPort(port: number, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) })
      return
    } catch (error) {
      if (performance.now() > deadline)
        throw new Error(`Nothing answers on port ${port}.`, { cause: error })
      await Bun.sleep(20)
    }
  }
}

/** Finds a port that is free now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

async function stop(child: Subprocess): Promise<void> {
  const tree = processTree(child.pid)
  child.kill('SIGTERM')
  const ended = await Promise.race([
    child.exited.then(() => true),
    Bun.sleep(stopMs).then(() => false),
  ])
  if (!ended) child.kill('SIGKILL')
  await child.exited
  // A gateway may have started a worker: it must not outlive the run.
  for (const pid of tree.slice(1)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}
