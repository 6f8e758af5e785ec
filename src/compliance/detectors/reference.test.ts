import { expect, test } from 'bun:test'
import { tokenRules } from '../secrets/index.ts'
import { identifierDetectors } from './index.ts'
import { renderDetectorReference } from './reference.ts'

test('docs/detectors.md is what the detectors say; scripts/detectors-reference.ts writes it', async () => {
  const file = Bun.file(new URL('../../../docs/detectors.md', import.meta.url))
  expect(await file.text()).toBe(renderDetectorReference(identifierDetectors, tokenRules))
})
