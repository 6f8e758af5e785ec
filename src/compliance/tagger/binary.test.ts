import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileCommand } from '../../../scripts/compile.ts'

test('model and worker are within the binary', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'smartflow-tagger-'))
  try {
    const program = join(folder, 'program')
    const command = compileCommand(program).map((part) =>
      part.endsWith('/src/main.ts') ? join(import.meta.dir, 'testing/program.ts') : part,
    )
    const compiling = Bun.spawn(command, { cwd: folder, stdout: 'ignore', stderr: 'pipe' })
    expect(await compiling.exited, await new Response(compiling.stderr).text()).toBe(0)
    const running = Bun.spawn([program], { cwd: folder, stdout: 'pipe' })
    expect(await new Response(running.stdout).json()).toEqual({ short: 1, long: 100, reasons: [] })
  } finally {
    await rm(folder, { recursive: true })
  }
}, 60_000)
