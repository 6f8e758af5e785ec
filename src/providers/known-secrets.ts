/** A shorter word is no credential, and striking it out would spoil honest messages. */
const minSecretLength = 8
/** Issued credentials that are remembered: the one in use, those that others use, and the ones before. */
const maxIssued = 16
const replacement = '[secret]'

/** Headers that carry credentials which were issued for a while, by lower-case name. */
const carriers = ['authorization', 'x-amz-security-token'] as const

/**
 * The credentials of a provider: those of its configuration, and those that were issued for a while and
 * used lately. Some providers repeat in words what they refuse; nobody is to read it there.
 */
export class KnownSecrets {
  readonly #fixed: readonly string[]
  /** Header values by which issued credentials were seen, the one noted first in front. */
  readonly #issued = new Map<string, string>()
  /** Every spelling of every secret, the longest first: one may be the beginning of another. */
  #spellings: readonly string[]

  constructor(fixed: readonly string[]) {
    this.#fixed = fixed
    this.#spellings = spellingsOf(fixed)
  }

  /** Notes the issued credentials among headers that prove who sends a request, and returns the headers. */
  note<Headers extends Readonly<Record<string, string>>>(headers: Headers): Headers {
    for (const name of carriers) {
      const value = headers[name]
      // The signature of one request is no credential for another.
      if (value === undefined || this.#issued.has(value) || value.startsWith('AWS4-')) continue
      const [oldest] = this.#issued.keys()
      if (oldest !== undefined && this.#issued.size >= maxIssued) this.#issued.delete(oldest)
      this.#issued.set(value, value.replace(/^\S+ +/, ''))
      this.#spellings = spellingsOf([...this.#fixed, ...this.#issued.values()])
    }
    return headers
  }

  /** Takes every credential out of a text, however it is spelled there: plainly, in JSON or in an address. */
  strike(text: string): string {
    return this.#spellings.reduce((rest, secret) => rest.replaceAll(secret, replacement), text)
  }
}

function spellingsOf(secrets: readonly string[]): readonly string[] {
  const spellings = secrets
    .filter(({ length }) => length >= minSecretLength)
    .flatMap((secret) => {
      const json = JSON.stringify(secret).slice(1, -1)
      // Many writers of JSON escape slashes, and some write them as code units.
      const slashes = [json, json.replaceAll('/', '\\/'), json.replaceAll('/', '\\u002f')]
      return [secret, ...slashes, json.replaceAll('/', '\\u002F'), encodeURIComponent(secret)]
    })
  return [...new Set(spellings)].toSorted((a, b) => b.length - a.length)
}
