import type { TargetFacts } from '../../core/facts.ts'
import { builtInLabels } from '../inspect/built-ins.ts'
import type { ComplianceConfig } from '../config.ts'

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
  /** Where calls for a model go, as far as that is certain; rules that route to others are asked again without it. */
  readonly targets?: ReadonlyMap<string, readonly TargetFacts[]> | undefined
}

/** Categories by label, of the labels that are known. */
export function categoriesOf(findings: readonly KnownFinding[]): ReadonlyMap<string, string> {
  return new Map(findings.map(({ label, category }) => [label, category]))
}

/** The parts of a configuration that name where calls may go. */
export interface ConfiguredPlaces {
  readonly providers: readonly (Place & { readonly name: string })[]
  readonly models: readonly {
    readonly name: string
    readonly targets: readonly (Place & { readonly provider: string; readonly model: string })[]
  }[]
  readonly aliases: Readonly<Record<string, string>>
}

interface Place {
  readonly region?: string | undefined
  readonly perimeter?: string | undefined
}

/** Collects the names of models and of places that rules may refer to. */
export function placesOf({
  providers,
  models,
  aliases,
}: ConfiguredPlaces): Required<
  Pick<PolicyVocabulary, 'models' | 'providers' | 'perimeters' | 'regions' | 'targets'>
> {
  const places = [...providers, ...models.flatMap(({ targets }) => targets)]
  const present = (names: readonly (string | undefined)[]): readonly string[] => [
    ...new Set(names.filter((name) => name !== undefined)),
  ]
  return {
    models: [...models.map(({ name }) => name), ...Object.keys(aliases)],
    providers: providers.map(({ name }) => name),
    perimeters: present(places.map(({ perimeter }) => perimeter)),
    regions: present(places.map(({ region }) => region)),
    targets: targetsOf({ providers, models, aliases }),
  }
}

/** The targets of every model by its names; not of those that stand for whole families. */
function targetsOf({
  providers,
  models,
  aliases,
}: ConfiguredPlaces): ReadonlyMap<string, readonly TargetFacts[]> {
  const homes = new Map(providers.map((provider) => [provider.name, provider]))
  const byName = new Map(
    models
      .filter(({ name }) => !name.includes('*'))
      .map(({ name, targets }) => [
        name,
        targets.map(({ provider, model, region, perimeter }) => ({
          provider,
          model: model === '*' ? name : model,
          region: region ?? homes.get(provider)?.region,
          perimeter: perimeter ?? homes.get(provider)?.perimeter,
        })),
      ]),
  )
  for (const [alias, name] of Object.entries(aliases)) {
    const targets = byName.get(name)
    if (targets !== undefined && !byName.has(alias)) byName.set(alias, targets)
  }
  return byName
}

/** Collects every name that rules of a configuration may refer to, without reading any file. */
export function vocabularyOf(
  config: ConfiguredPlaces & { readonly compliance: ComplianceConfig },
): PolicyVocabulary {
  const { excludeDetectors, patterns, dictionaries, exactData, categories } = config.compliance
  const labelled = (
    kind: string,
    made: readonly { name: string; label?: string | undefined; category: string }[],
  ): KnownFinding[] =>
    made.map(({ name, label = `${kind}:${name}`, category }) => ({ label, category }))
  return {
    ...placesOf(config),
    findings: [
      ...builtInLabels().filter(({ label }) => !excludeDetectors.includes(label)),
      ...labelled('custom', patterns),
      ...labelled('dictionary', dictionaries),
      ...labelled('exact', exactData),
    ],
    labels: [...new Set(categories.flatMap(({ label, implies = [] }) => [label, ...implies]))],
  }
}
