import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Root of the project. */
export const root = join(import.meta.dir, '..')

/** Installs what the lock file names, unless that was done since the lock file changed. */
export async function installDependencies(): Promise<void> {
  const stamp = join(root, 'node_modules', '.smartflow-installed')
  const lock = join(root, 'bun.lock')
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return
  const code = await run([process.execPath, 'install', '--frozen-lockfile', '--silent'])
  if (code !== 0) throw new Error('Installing the dependencies failed.')
  await Bun.write(stamp, '')
}

/** Runs a program in the project's root with this terminal and returns its exit code. */
export async function run(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = Bun.spawn([...command], {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const forward = (signal: NodeJS.Signals): void => child.kill(signal)
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  const code = await child.exited
  process.off('SIGINT', forward)
  process.off('SIGTERM', forward)
  return code
}
