import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { renderRefusals } from '../test/support/refusals.ts'

const target = fileURLToPath(new URL('../docs/refusals.md', import.meta.url))
await Bun.write(target, await format(renderRefusals(), { parser: 'markdown' }))
console.log(`wrote ${target}`)
