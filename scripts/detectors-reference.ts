import { fileURLToPath } from 'node:url'
import { identifierDetectors, renderDetectorReference } from '../src/compliance/detectors/index.ts'
import { tokenRules } from '../src/compliance/secrets/index.ts'

const target = fileURLToPath(new URL('../docs/detectors.md', import.meta.url))
await Bun.write(target, renderDetectorReference(identifierDetectors, tokenRules))
console.log(`wrote ${target}`)
