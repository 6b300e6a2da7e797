// The body of a request on its way to the upstream. When the runtime sends a client's body itself, it
// fails with the same error whether the client's part or the upstream's part of the way failed. So the
// body goes by a pipe of ours.

import type { Incoming } from './incoming.ts'

export interface RelayedBody {
  /** What the upstream is sent: of the same length, where the client told one. */
  readonly stream: ReadableStream
  /** Resolves when the body breaks off or turns out to be malformed; else it stays pending. */
  readonly broken: Promise<'broken'>
}

/**
 * The upstream's failure ends the pipe as well as the request to it, in either order, at nearly the same
 * time. The client's failure ends the pipe alone. So a failure counts as the client's after this pause.
 */
const PAUSE_MS = 50

export function relayBody(body: ReadableStream, { headers }: Incoming): RelayedBody {
  const { readable, writable } = lengthKeepingStream(headers)
  const piped = body.pipeTo(writable, { preventAbort: true, preventCancel: true })
  const broken = new Promise<'broken'>((resolve) => {
    piped.catch(async () => {
      await scheduler.wait(PAUSE_MS)
      resolve('broken')
    })
  })
  return { stream: readable, broken }
}

/** Streams of the runtime: no chunk passes through JavaScript. */
function lengthKeepingStream(headers: Headers): IdentityTransformStream {
  const length = headers.get('content-length')
  return length === null || headers.has('transfer-encoding') // which overrules it (RFC 9112 §6.3)
    ? new IdentityTransformStream()
    : new FixedLengthStream(Number(length))
}
