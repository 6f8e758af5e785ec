/** Splits an identifier into its words in lower case: at case changes, at signs and at digits that stand alone. */
export function wordsOf(name: string): string[] {
  if (/^[a-z]+$/.test(name)) return [name]
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]{2,})([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** What the name of a value says about the value. */
export type NameKind = 'password' | 'secret' | 'key' | 'none'

const passwords =
  /^(?:pass(?:word|wd|phrase|code)?s?|pwd|pw|passwort|kennwort|contrase\p{L}+|clave|senha|wachtwoord|has\p{L}o|parola|salasana|l\p{L}senord|adgangskode|heslo|sifre|motdepasse|mdp)$/u
const passwordEnds = /(?:password|passwd|passphrase|passwort|kennwort|_pwd|userpwd|dbpwd)$/
const secrets =
  /^(?:secrets?|tokens?|apikeys?|credentials?|creds?|bearer|authorization|auth|authtoken|accesskey|secretkey|privatekey|signingkey|jwt|pat|ssws|sas|srt)$/
const secretEnds =
  /(?:token|secret|apikey|accesskey|secretkey|privatekey|signingkey|encryptionkey|accountkey|sharedkey|masterkey|authkey|licen[cs]ekey|sessionkey|servicekey|adminkey|clientkey|userkey|subscriptionkey|functionkey|integrationkey|hmackey|webhookkey|deploykey|cryptkey|aeskey|storagekey|connectionkey|writekey|appkey|restkey|authcode|accesscode|credential|credentials|login|contribsyscom)$/

/** Last words of names whose values are about a secret and not the secret itself. */
const aboutSecrets = new Set(
  (
    'id ids identifier name names file files filename path paths dir directory url uri endpoint host length len size ' +
    'type types count counts counter expiry expires expiration expired ttl timeout limit limits max min field fields ' +
    'label title placeholder regex pattern alg algorithm version hash hashed digest fingerprint checksum policy ' +
    'policies status state header headers prefix suffix format arn alias ref reference column provider class manager ' +
    'service store storage index usage used list map set get read write reader parser rule rules hint strength ' +
    'reset change changed update updated created error errors message valid invalid required enabled disabled ' +
    'budget price cost rate window position offset number num date time at on in per source results result location scope scopes ' +
    'management rotation validator validation generator helper handler util utils factory config configuration options schema'
  ).split(' '),
)

/** Words that say that the value is public, structural, or no real one. */
const harmless =
  /\b(?:public|pub|primary|foreign|partition|sort|cache|hot|short|idempotency|page|next|previous|continuation|cursor|csrf|xsrf|authenticity|captcha|recaptcha|nonce|etag|example|sample|dummy|fake|mock|placeholder|invalid|non|not|no|max|min|num|total|input|output|completion|prompt|stop|eos|bos|pad|special|kms|ssh rsa|websocket|object|dictionary|translation|i18n|locale|key ?board|site ?key)\b/

/**
 * Judges the name of a value: whether it names a password, a secret, at least some key, or nothing of that
 * kind. Names that end in what is about a secret (`token_count`, `secretName`, `passwordFile`) are none.
 */
export function judgeName(words: readonly string[]): NameKind {
  const last = words.at(-1)
  if (last === undefined || aboutSecrets.has(last) || /^ids?$/.test(last)) return 'none'
  const spaced = words.join(' ')
  if (harmless.test(spaced)) return 'none'
  const flat = words.join('')
  if (words.some((word) => passwords.test(word)) || passwordEnds.test(flat)) return 'password'
  if (words.some((word) => secrets.test(word)) || secretEnds.test(flat)) return 'secret'
  return last === 'key' || last === 'keys' || words.includes('key') ? 'key' : 'none'
}
