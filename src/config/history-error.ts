/** Why a version cannot be found or brought back, in words for operators. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError'
}
