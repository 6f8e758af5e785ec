/** A label of findings with the category it belongs to. */
export interface KnownFinding {
  readonly label: string
  readonly category: string
}

/** The names that rules may refer to; a list that is absent is not checked. */
export interface PolicyVocabulary {
  /** Everything that detectors of this configuration may find. */
  readonly findings: readonly KnownFinding[]
  /** Beginnings of labels whose makers are not listed, such as `custom:`. */
  readonly openPrefixes?: readonly string[] | undefined
  /** Every label that content of this configuration may bear. */
  readonly labels?: readonly string[] | undefined
  /** Names of models clients may ask for; they may hold `*`. */
  readonly models?: readonly string[] | undefined
  readonly providers?: readonly string[] | undefined
  readonly perimeters?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
}

/** Categories by label, of the labels that are known. */
export function categoriesOf(findings: readonly KnownFinding[]): ReadonlyMap<string, string> {
  return new Map(findings.map(({ label, category }) => [label, category]))
}
