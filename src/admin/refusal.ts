/** What an administrator is told instead of being obeyed. Its message is for the administrator. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string
  /** Path of the faulty field of the body. */
  readonly param: string | undefined

  constructor(
    {
      status,
      code,
      param,
    }: { readonly status: number; readonly code: string; readonly param?: string },
    message: string,
  ) {
    super(message)
    this.status = status
    this.code = code
    this.param = param
  }
}

/** Renders a refusal. */
export function renderRefusal({ status, code, message, param }: Refusal): Response {
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="smartflow administration"'
  const error = { code, message, ...(param === undefined ? {} : { param }) }
  return Response.json({ error }, { status, headers })
}

/** The refusal of a body or a part of it. */
export function badRequest(message: string, param?: string): Refusal {
  return new Refusal(
    { status: 400, code: 'invalid_request', ...(param === undefined ? {} : { param }) },
    message,
  )
}
