import { expect, test } from 'bun:test'

test('a command whose reader has gone ends without a word', async () => {
  const command = `"${process.execPath}" src/main.ts config schema | head -c 10 > /dev/null; echo "\${PIPESTATUS[0]}"`
  const shell = Bun.spawn(['bash', '-c', command], {
    cwd: `${import.meta.dir}/../..`,
    stdout: 'pipe',
    stderr: 'pipe',
  })
  expect(await shell.stderr.text()).toBe('')
  expect((await shell.stdout.text()).trim()).toBe('0')
})
