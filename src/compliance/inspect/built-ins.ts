import { readFileSync } from 'node:fs'
import injectionPath from '../../../models/injection.bin' with { type: 'file' }
import { createScanner, identifierDetectors } from '../detectors/index.ts'
import type { Scanner } from '../detectors/index.ts'
import { createInjectionDetector } from '../injection/index.ts'
import type { InjectionDetector } from '../injection/index.ts'
import { decodeModel } from '../linear/index.ts'
import { createSecretScanner, tokenRules } from '../secrets/index.ts'
import type { SecretScanner } from '../secrets/index.ts'
import { nameLabels } from '../tagger/index.ts'
import type { LabelInfo } from './finders.ts'

/** What comes with the program and is the same in every configuration. Built when it is first needed. */
export interface BuiltIns {
  readonly scanner: Scanner
  readonly secrets: SecretScanner
  readonly injection: InjectionDetector
}

/** Returns what gives the built-in detectors; building them takes some ten milliseconds, once. */
export function lazyBuiltIns(): () => BuiltIns {
  let built: BuiltIns | undefined
  return () =>
    (built ??= {
      scanner: createScanner(identifierDetectors),
      secrets: createSecretScanner(tokenRules),
      injection: createInjectionDetector(decodeModel(readFileSync(injectionPath))),
    })
}

/** Labels of secrets that are known by more than a prefix. */
const otherSecrets = ['private-key', 'access-token', 'connection-string', 'password', 'credential']

/** Everything that the built-in detectors may find, each label once. */
export function builtInLabels(): readonly LabelInfo[] {
  const secrets = [...tokenRules.map(({ label }) => label), ...otherSecrets]
  const labels: LabelInfo[] = [
    ...identifierDetectors.map(({ label, category }) => ({ label, category })),
    ...nameLabels.map((label) => ({ label, category: label === 'address' ? 'contact' : 'name' })),
    ...secrets.map((label) => ({ label, category: 'secret' })),
    { label: 'prompt-injection', category: 'attack' },
    { label: 'indirect-injection', category: 'attack' },
    { label: 'unreadable', category: 'unreadable' },
  ]
  return [...new Map(labels.map((info) => [info.label, info])).values()]
}
