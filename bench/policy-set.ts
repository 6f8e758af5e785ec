import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const terms = 100_000
const syllables = ['ba', 'dro', 'fen', 'gul', 'hya', 'jor', 'kli', 'mu', 'nex', 'pra'] as const

/**
 * Returns the part of a configuration that turns everything on: all ready packs, a dictionary of 100,000 generated
 * terms, and two walls, one of them around what the dictionary finds. Writes the dictionary into a directory.
 *
 * @param withNames whether names are looked for as well: they cost more than all the rest
 */
export async function writePolicySet(home: string, withNames: boolean): Promise<string> {
  const file = join(home, 'terms.txt')
  await writeFile(file, Array.from({ length: terms }, (_, number) => termOf(number)).join('\n'))
  return `policies:
  - pack: gdpr
  - pack: hipaa
  - pack: pci-dss
  - pack: mnpi
  - pack: secrets
  - pack: eu-ai-act-article-5
compliance:
  names: { enabled: ${withNames} }
  dictionaries:
    - { name: terms, file: ${file} }
  categories:
    - { label: 'deal:bench', detectors: ['dictionary:terms'] }
    - { label: draft-research, documents: ['Draft *'] }
barriers:
  walls:
    - name: private-side
      sides:
        - { name: deal-team, groups: [m-and-a], categories: ['deal:*'] }
        - { name: public-side, departments: [research, trading] }
    - name: research-trading
      sides:
        - { name: research, departments: [research], categories: [draft-research] }
        - { name: trading, departments: [trading] }
`
}

/** Two made-up words, such as `projuklibafen muhyagul`; every number gives others. */
function termOf(number: number): string {
  const digits = String(number).padStart(6, '0').split('').map(Number)
  const word = (places: readonly number[]): string =>
    places.map((place) => syllables[digits[place] ?? 0] ?? '').join('')
  return `pro${word([0, 1, 2])} ${word([3, 4, 5])}`
}
