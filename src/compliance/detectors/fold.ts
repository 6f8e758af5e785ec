/**
 * Lower case and without accents, code unit by code unit: `É` and `é` give the code of `e`. Letters outside
 * Latin come back in lower case, everything else as it is.
 */
export function foldCode(code: number): number {
  if (code < 128) return code >= 65 && code <= 90 ? code + 32 : code
  if (code < 0x180) return latinFolds[code] ?? code
  if (code >= 0x391 && code <= 0x3a9) return code + 32
  if (code >= 0x410 && code <= 0x42f) return code + 32
  return code
}

/** Folds a whole string, see `foldCode`. */
export function fold(text: string): string {
  let folded = ''
  for (let i = 0; i < text.length; i++) folded += String.fromCharCode(foldCode(text.charCodeAt(i)))
  return folded
}

/** Tells whether a folded code is a letter. */
export function isFoldedLetter(code: number): boolean {
  if (code < 128) return code >= 97 && code <= 122
  return code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && (code < 0x2000 || code > 0x206f)
}

const latinFolds: Readonly<Uint16Array> = buildLatinFolds()

function buildLatinFolds(): Uint16Array {
  const irregular: Record<string, string> = {
    ß: 's',
    ø: 'o',
    đ: 'd',
    ł: 'l',
    ı: 'i',
    æ: 'a',
    œ: 'o',
  }
  const folds = new Uint16Array(0x180)
  for (let code = 0; code < 0x180; code++) {
    const lower = String.fromCharCode(code).toLowerCase()
    const plain = irregular[lower] ?? lower.normalize('NFD').charAt(0)
    folds[code] = plain.charCodeAt(0)
  }
  return folds
}
