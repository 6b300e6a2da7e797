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

/** Null for a body of a length that none can have: the runtime lets a client tell up to 2^64 bytes. */
export function relayBody(body: ReadableStream, { headers }: Incoming): RelayedBody | null {
  const stream = lengthKeepingStream(headers)
  if (stream === null) return null
  const { readable, writable } = stream
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
function lengthKeepingStream(headers: Headers): IdentityTransformStream | null {
  const told = headers.get('content-length')
  if (told === null || headers.has('transfer-encoding')) return new IdentityTransformStream() // RFC 9112 §6.3
  const length = Number(told)
  return Number.isSafeInteger(length) ? new FixedLengthStream(length) : null
}
