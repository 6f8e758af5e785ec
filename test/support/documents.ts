import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The folder of the project. */
export const projectFolder = join(import.meta.dir, '../..')

/** A fenced block of a document. */
export interface Block {
  /** File and line, such as `docs/clients.md:40`. */
  readonly place: string
  readonly language: string
  readonly text: string
}

/** Paths of the project's documents that people write: generated ones are checked where they are made. */
export function documents(): readonly string[] {
  const generated = ['docs/configuration.md', 'docs/compatibility.md']
  const found = ['.', 'docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(projectFolder, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => relative('.', join(folder, name))),
  )
  return found.filter((path) => !generated.includes(path))
}

/** Reads the fenced blocks of a document. */
export async function blocksOf(path: string): Promise<readonly Block[]> {
  const lines = (await Bun.file(join(projectFolder, path)).text()).split('\n')
  const blocks: Block[] = []
  let start: number | undefined
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('```')) continue
    if (start === undefined) {
      start = index
      continue
    }
    blocks.push({
      place: `${path}:${start + 1}`,
      language: lines[start]?.slice(3).trim() ?? '',
      text: `${lines.slice(start + 1, index).join('\n')}\n`,
    })
    start = undefined
  }
  if (start !== undefined) throw new Error(`${path}:${start + 1}: the block does not end.`)
  return blocks
}

/** What a program of its own wrote, and how it ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a block in the folder of the project: TypeScript as a module, `sh` in a shell. */
export async function runBlock(
  { language, text }: Block,
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const command = language === 'sh' ? ['sh', '-e', '-u'] : [process.execPath, 'run', '-']
  const child = Bun.spawn(command, {
    cwd: projectFolder,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdin: new TextEncoder().encode(text),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, stdout, stderr }
}
