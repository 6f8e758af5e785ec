import { fileURLToPath } from 'node:url'
import { renderConfigReference } from '../src/config/index.ts'

const target = fileURLToPath(new URL('../docs/configuration.md', import.meta.url))
await Bun.write(target, renderConfigReference())
console.log(`wrote ${target}`)
