// Pipes a request body to the upstream. If the runtime forwarded the client's body itself, it would report the
// same error for a failure of the client as for one of the upstream. A pipe of our own tells them apart.

import type { Incoming } from './incoming.ts'

export interface RelayedBody {
  /** The body for the upstream. It has a fixed length if the client sent one. */
  readonly stream: ReadableStream
  /** Resolves if the body breaks off or is malformed, and stays pending otherwise. */
  readonly broken: Promise<'broken'>
}

/**
 * If the upstream fails, both the pipe and the fetch end, in either order, at nearly the same time. If the
 * client fails, only the pipe ends. So a failure of the pipe counts as the client's after this pause.
 */
const PAUSE_MS = 50

/** Null without a forwardable length. */
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

/** Whether a body can have the length that the client sent. The runtime accepts up to 2^64 bytes. */
export function hasForwardableLength({ headers }: Incoming): boolean {
  const sent = lengthOf(headers)
  return sent === null || Number.isSafeInteger(sent)
}

/** Null if none was sent, or if Transfer-Encoding overrides it (RFC 9112 §6.3). */
function lengthOf(headers: Headers): number | null {
  const sent = headers.get('content-length')
  return sent === null || headers.has('transfer-encoding') ? null : Number(sent)
}

/** Uses streams of the runtime, so that no chunk passes through JavaScript. */
function lengthKeepingStream(headers: Headers): IdentityTransformStream | null {
  const length = lengthOf(headers)
  if (length === null) return new IdentityTransformStream()
  return Number.isSafeInteger(length) ? new FixedLengthStream(length) : null
}
