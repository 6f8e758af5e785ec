/**
 * The same string, put together in memory. Strings that were added up or cut out are only plans of a string
 * until somebody reads them; a loop that has met both kinds is compiled several times slower for good.
 */
export function flat(text: string): string {
  return text.codePointAt(0) === undefined ? '' : text
}
