/*
 * The reference that barriers are compared with: sets of labels written out, every question answered by
 * looking at everything. It shares no code with what it judges.
 */

/** A wall of the model: patterns are written out into labels. */
export interface ModelWall {
  readonly sides: readonly { readonly people: Set<string>; readonly labels: Set<string> }[]
  readonly above: Set<string>
  /** Who is on `holder` (a side, or -1 for none) may do so with labels of the side `about`. */
  readonly rules: readonly {
    readonly holder: number
    readonly about: number
    readonly direction: string
    readonly labels: Set<string>
  }[]
}

/** Leave to have labels: a clearance from the beginning of time, or a crossing. */
export interface ModelGrant {
  readonly people: Set<string>
  readonly labels: Set<string>
  readonly direction: string
  readonly from: number
  readonly until: number
}

export interface ModelConflict {
  readonly interests: readonly Set<string>[]
  readonly forgetAfterDays: number
  readonly exempt: Set<string>
}

export interface Model {
  readonly walls: readonly ModelWall[]
  readonly conflicts: readonly ModelConflict[]
  readonly grants: ModelGrant[]
}

/** Something that was delivered, or is asked for. */
export interface Delivery {
  readonly who: string
  readonly label: string
  readonly direction: string
  readonly at: number
}

/** Whether the walls let someone have a label. */
export function isCleared(model: Model, { who, label, direction, at }: Delivery): boolean {
  return model.walls.every(({ sides, above, rules }) => {
    const own = sides.flatMap(({ people }, index) => (people.has(who) ? [index] : []))
    const holder = own.length === 0 ? -1 : own.length === 1 ? own[0] : undefined
    return sides.every(
      ({ labels }, index) =>
        !labels.has(label) ||
        holder === index ||
        above.has(who) ||
        rules.some(
          (rule) =>
            rule.holder === holder &&
            rule.about === index &&
            rule.direction === direction &&
            rule.labels.has(label),
        ) ||
        model.grants.some(
          (grant) =>
            grant.people.has(who) &&
            grant.labels.has(label) &&
            (grant.direction === 'both' || grant.direction === direction) &&
            grant.from <= at &&
            at < grant.until,
        ),
    )
  })
}

/** Whether what someone had, or has in the same call, keeps them from a label. */
export function isInConflict(
  model: Model,
  { who, label, at }: Delivery,
  others: readonly Pick<Delivery, 'who' | 'label' | 'at'>[],
): boolean {
  const day = Math.floor(at / 86_400_000)
  return model.conflicts.some(
    ({ interests, forgetAfterDays, exempt }) =>
      !exempt.has(who) &&
      interests.some(
        (mine, index) =>
          mine.has(label) &&
          others.some(
            (other) =>
              other.who === who &&
              day - Math.floor(other.at / 86_400_000) <= forgetAfterDays &&
              interests.some((theirs, rival) => rival !== index && theirs.has(other.label)),
          ),
      ),
  )
}
