import type { JsonObject } from '../core/json.ts'
import type { AdministrationRecord } from '../core/record.ts'

/** A part of the admin API: the paths of one subject. */
export interface AdminArea {
  /** Answers a read; `undefined` for a path of another area. */
  read(request: ReadRequest): Response | undefined
  /** Methods that change something at a path; none for a path of another area. */
  methods(path: string): readonly string[]
  /** Returns the change that a request asks for. Throws a `Refusal` for one that cannot be made. */
  change(request: ChangeRequest): Change
  /**
   * Returns a change that takes effect whether or not it can be recorded, and waits for no other: what has to
   * stop must stop. Its record is handed to the log first all the same.
   */
  urgent?(request: ChangeRequest): Change | undefined
  /** Questions that come as POST because of what is asked about. They change nothing and are not recorded. */
  readonly questions?: AdminQuestions
}

/** Questions of administrators about something that they send. */
export interface AdminQuestions {
  readonly isAt: (path: string) => boolean
  /** Largest body of a question, in bytes. */
  readonly maxBodyBytes: () => number
  /** Throws a `Refusal` for a question that cannot be answered. */
  readonly answer: (request: ChangeRequest) => Promise<Response>
}

/** A request to read something. */
export interface ReadRequest {
  readonly path: string
  readonly query: URLSearchParams
  /** Name of the administrator whose key came with it; absent without a valid one. */
  readonly reader: string | undefined
}

/** A request to change something, from a known administrator. */
export interface ChangeRequest {
  readonly method: string
  readonly path: string
  /** Absent for methods that have none. */
  readonly body: JsonObject | undefined
  readonly actor: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A change that an administrator asks for, ready to be recorded and made. */
export interface Change {
  readonly facts: Pick<AdministrationRecord, 'action' | 'subject' | 'before' | 'after'>
  /**
   * Makes the change and returns what is to be told about it.
   * @param isRecorded whether the log has it; always so for a change that is not urgent
   */
  readonly make: (isRecorded: Promise<boolean>) => Response | Promise<Response>
}

/** The answer to a request that succeeded. */
export function data(value: unknown, status = 200): Response {
  return Response.json({ data: value }, { status, headers: { 'cache-control': 'no-store' } })
}
