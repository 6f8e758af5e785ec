/** Longest model name that a caller may make up for a wildcard. */
const maxNameLength = 200

/**
 * Segments of letters, digits and the few signs that model names really have (`ft:gpt-4o:org::id`,
 * `hf.co/user/model:Q4_K_M`, `claude-sonnet-4@20250514`), none of which begins with a dot.
 */
const safeName = /^[A-Za-z0-9_@][A-Za-z0-9._:@+-]*(?:\/[A-Za-z0-9_@][A-Za-z0-9._:@+-]*)*$/

/**
 * Tells whether a name that no configuration wrote may be sent to a provider. Names can become part of a
 * URL: nothing that steers a path or a query (`..`, `%`, `?`, `#`, `\`, an empty segment) is safe, nor
 * is anything that is no plain ASCII.
 */
export function isSafeModelName(name: string): boolean {
  return name.length <= maxNameLength && safeName.test(name) && !name.includes('..')
}

/** A name as the caller spelled it, taken apart. */
export interface SpelledName {
  readonly name: string
  /** The caller asked for the context of a million tokens. */
  readonly longContext: boolean
}

/**
 * Some coding clients write `[1m]` behind a model's name when they want its context of a million
 * tokens; the model is the one without it.
 */
export function readSpelledName(asked: string): SpelledName {
  return /\[1m\]$/i.test(asked)
    ? { name: asked.slice(0, -'[1m]'.length), longContext: true }
    : { name: asked, longContext: false }
}

/** Stands, as the name of a target, for the whole name that was asked for. */
const wholeName = '*'
/** Stands, within the name of a target, for what the star of the wildcard matched. */
const starPart = '$1'

/**
 * Returns a target's name for a concrete name that a wildcard matched; `undefined` when what the star
 * matched cannot be a name of its own.
 * @param star what the star of the wildcard matched
 */
export function targetModelFor(template: string, name: string, star: string): string | undefined {
  if (template === wholeName) return name
  if (!template.includes(starPart)) return template
  return isSafeModelName(star) ? template.replaceAll(starPart, () => star) : undefined
}

/** Returns the part of a target's model that a template would have filled in; `undefined` when it cannot have. */
export function starOfTarget(template: string, model: string): string | undefined {
  const at = template.indexOf(starPart)
  if (at < 0 || template.includes(starPart, at + starPart.length)) return undefined
  const before = template.slice(0, at)
  const behind = template.slice(at + starPart.length)
  const fits = model.length > before.length + behind.length
  return fits && model.startsWith(before) && model.endsWith(behind)
    ? model.slice(before.length, model.length - behind.length)
    : undefined
}
