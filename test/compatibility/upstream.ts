import { fault } from './vocabulary.ts'
import type { FaultKind, Say } from './vocabulary.ts'
import { families, readBody, showsKey } from './providers/index.ts'
import { limitTo } from './providers/dialect.ts'
import type { Arrived, Dialect, Piece } from './providers/dialect.ts'

/** What the provider does with the next request. */
export interface Script {
  readonly say: Say
  readonly fault?: FaultKind | undefined
  readonly isBroken?: boolean | undefined
  /** Called when these words were sent; more is sent only when it has resolved. */
  readonly onWords?: (words: string) => Promise<void>
}

/** A request that arrived, or why it was refused. */
export type Arrival =
  | { readonly type: 'arrived'; readonly arrived: Arrived; readonly dialect: Dialect }
  | { readonly type: 'refused'; readonly reason: string; readonly dialect: Dialect | undefined }

/** All families on one port, each at a path of its own; strict, and told what to say. */
export interface MatrixUpstream extends AsyncDisposable {
  readonly url: string
  script: Script | undefined
  /** Takes what arrived since the last time. */
  take(): readonly Arrival[]
}

/** Starts the providers. */
export function startMatrixUpstream(): MatrixUpstream {
  let arrivals: Arrival[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    development: false,
    async fetch(request) {
      let dialect: Dialect | undefined
      try {
        const { pathname, search } = new URL(request.url)
        const [, name, path = ''] = /^\/([^/]+)(\/.*)$/.exec(pathname) ?? []
        const family = families.find((each) => each.name === name) ?? fault(`no provider ${name}`)
        if (!showsKey(request, family)) fault('the key is missing')
        dialect = family.dialectAt(path)
        const { headers } = request
        const body = readBody(await request.text())
        const arrived = dialect.read({ path: path + search, headers, body })
        arrivals.push({ type: 'arrived', arrived, dialect })
        return answer(arrived, dialect)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        arrivals.push({ type: 'refused', reason, dialect })
        if (dialect === undefined) return new Response(reason, { status: 400 })
        const { status, body, headers } = dialect.writeFault('invalid')
        return Response.json(body, { status, headers: headers ?? {} })
      }
    },
  })

  function answer(arrived: Arrived, dialect: Dialect): Response {
    const script = upstream.script ?? fault('nobody said what to answer')
    if (script.fault !== undefined) {
      const { status, ...wire } = dialect.writeFault(script.fault)
      return Response.json(wire.body, { status, headers: wire.headers ?? {} })
    }
    const say = limitTo(dialect, script.say)
    if (!arrived.stream) return Response.json(dialect.writeAnswer(say, arrived.model))
    const pieces = dialect.writeStream(say, arrived.model)
    const stream = sendPieces(pieces, script, dialect)
    return new Response(stream, { headers: { 'content-type': dialect.streamType } })
  }

  const upstream: MatrixUpstream = {
    url: server.url.href.replace(/\/$/, ''),
    script: undefined,
    take() {
      const taken = arrivals
      arrivals = []
      return taken
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
  return upstream
}

/** Sends piece by piece; a broken stream ends behind its first words. */
async function* sendPieces(
  pieces: readonly Piece[],
  script: Script,
  dialect: Dialect,
): AsyncGenerator<Uint8Array> {
  for (const { wire, words } of pieces) {
    yield Buffer.from(wire)
    if (words === '') continue
    if (script.isBroken === true) {
      yield Buffer.from(dialect.writeStreamFault())
      return
    }
    await script.onWords?.(words)
  }
}
