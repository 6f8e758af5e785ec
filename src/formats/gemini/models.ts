/** What a model's name tells about how it is to be asked. */
export interface ModelTraits {
  /** Major version; 0 where the name tells none. */
  readonly version: number
  readonly family: 'pro' | 'flash' | 'flash-lite' | 'other'
  readonly thinks: boolean
}

/** Reads the traits of `gemini-2.5-flash`, `publishers/google/models/gemini-3-pro-preview` and the like. */
export function traitsOfModel(model: string): ModelTraits {
  const match = /gemini-(\d{1,2})(?:\.(\d{1,2}))?/.exec(model)
  const major = Number(match?.[1] ?? 0)
  const minor = Number(match?.[2] ?? 0)
  const isImage = model.includes('-image')
  const isKnownNotToThink =
    (match !== null && (major < 2 || (major === 2 && minor < 5))) || model.includes('gemma')
  return { version: major, family: familyOf(model), thinks: !isKnownNotToThink && !isImage }
}

function familyOf(model: string): ModelTraits['family'] {
  if (model.includes('flash-lite')) return 'flash-lite'
  if (model.includes('flash')) return 'flash'
  return model.includes('pro') ? 'pro' : 'other'
}
