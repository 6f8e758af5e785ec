/** Longest part of a name that is looked at. */
const maxNameLength = 256

/**
 * Splits a name into its words in lower case: at capitals (`getUserById`, `HTTPServer`), digits and whatever is
 * no letter. `get_information` has the words `get` and `information`, never `format`.
 */
export function wordsOf(name: string): readonly string[] {
  return (
    name
      .slice(0, maxNameLength)
      // Letters of other widths and accents are no disguise.
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .filter((word) => word !== '')
  )
}
