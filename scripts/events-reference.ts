import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { renderEvents } from '../test/support/events.ts'

const target = fileURLToPath(new URL('../docs/events.md', import.meta.url))
await Bun.write(target, await format(renderEvents(), { parser: 'markdown' }))
console.log(`wrote ${target}`)
