/**
 * Beginnings of SHA-256 digests of keys that their owners publish for everybody to read: they stand in
 * millions of texts and open nothing of value.
 */
const published: ReadonlySet<string> = new Set([
  // Google: keys in the tests of the Firebase software development kits.
  'f56e323494a6ffc2064e',
  '2037abcaffb2b77785da',
  '3f370c9dd8225c63b5c7',
  'e4a5542bb7fd7b67e943',
  'a19f89ab3555eac10c40',
  '0b476bdf9acf2123d547',
  'eb540d2b6ee2a0a47c57',
  '37f8f09bdf12c2f2eae4',
  '8731261cb72d86267a32',
  '49f777db995e8260da7c',
  '27a9a42931dff7eb2f84',
  'dc0fcf046c61640cbd1e',
  '4c98242dcadc8b29005c',
  'ea9bb1082cf95663f5fa',
  '3a8b61d0f636b007840c',
  'a6c814bc555ae62c7bd8',
  // Stripe: keys in the examples of the API reference.
  '2cafc0970149a84f3b9e',
  'f2d6ca16515033e5dce1',
  // Microsoft: the key of every storage emulator (Azurite), with and without its name.
  '900e6c2bf8ce6c14dbfd',
  '0011cc25eb4320717494',
])

/** Tells whether a secret is one that was published as an example. */
export function isPublished(secret: string): boolean {
  if (secret.length > 256) return false
  return published.has(new Bun.CryptoHasher('sha256').update(secret).digest('hex').slice(0, 20))
}
