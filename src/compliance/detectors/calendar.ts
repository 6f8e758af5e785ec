const daysOfMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Tells whether a day exists; without a year the 29th of February does. */
export function isDay(day: number, month: number, year?: number): boolean {
  if (!(day >= 1 && month >= 1 && month <= 12)) return false
  if (month === 2 && day === 29 && year !== undefined) return isLeapYear(year)
  return day <= (daysOfMonths[month - 1] ?? 0)
}

/** Reads `yymmdd`, `ddmmyy` and the like; tells whether that day exists in some century. */
export function isShortDate(digits: string, order: 'yymmdd' | 'ddmmyy'): boolean {
  const [first, middle, last] = [pair(digits, 0), pair(digits, 2), pair(digits, 4)]
  const [day, year] = order === 'yymmdd' ? [last, first] : [first, last]
  // 2000 was a leap year and 1900 was not: the kinder of both counts.
  return isDay(day, middle, 2000 + year)
}

/** Tells whether `yyyymmdd` is a day between 1850 and 2100. */
export function isLongDate(digits: string): boolean {
  const year = Number(digits.slice(0, 4))
  return year >= 1850 && year < 2100 && isDay(pair(digits, 6), pair(digits, 4), year)
}

function pair(digits: string, index: number): number {
  return Number(digits.slice(index, index + 2))
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
