/** Something that must not leave as it is. Offsets in UTF-16 code units. */
export interface WindowFinding {
  readonly start: number
  readonly end: number
  /** The text must go no further than to its beginning. */
  readonly isBlocking?: boolean
  /** Makes what takes its place. Called at most once, in the order of the text. */
  readonly write: (text: string) => string
}

/**
 * Returns findings in order without overlaps: those that overlap become one, written as the longest of them.
 * None of them parts the two halves of a sign, and none is outside of the text.
 */
export function mergeFindings<Found extends WindowFinding>(
  findings: readonly Found[],
  text: string,
): readonly Found[] {
  if (findings.length === 0) return findings
  const merged: Found[] = []
  let strongest = 0
  for (const finding of sorted(findings, text)) {
    const last = merged.at(-1)
    if (last === undefined || finding.start >= last.end) {
      merged.push(finding)
      strongest = finding.end - finding.start
      continue
    }
    const length = finding.end - finding.start
    const winner = length > strongest ? finding : last
    strongest = Math.max(strongest, length)
    merged[merged.length - 1] = {
      ...winner,
      start: last.start,
      end: Math.max(last.end, finding.end),
      isBlocking: last.isBlocking === true || finding.isBlocking === true,
    }
  }
  return merged
}

function sorted<Found extends WindowFinding>(findings: readonly Found[], text: string): Found[] {
  return findings
    .map((each) => ({ ...each, start: startOf(each, text), end: endOf(each, text) }))
    .filter(({ start, end }) => start < end)
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
}

function startOf({ start }: WindowFinding, text: string): number {
  return isParted(text, start) ? start - 1 : Math.max(0, start)
}

function endOf({ end }: WindowFinding, text: string): number {
  return isParted(text, end) ? end + 1 : Math.min(text.length, end)
}

function isParted(text: string, offset: number): boolean {
  const [high, low] = [text.charCodeAt(offset - 1), text.charCodeAt(offset)]
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff
}
