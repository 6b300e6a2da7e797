// Bytes as they are, for what no HTTP client sends.

import { connect } from 'node:net'

export interface RawRequest {
  /** Each is written by itself, so that the first has been read when the next comes. */
  readonly parts: readonly string[]
  /** Whether the client ends its half of the connection behind the last part. */
  readonly ends?: boolean
}

const PAUSE_MS = 50

/** Writes the parts, each character a byte; answers all that comes back, until the other side ends. */
export async function sendRaw(url: string, { parts, ends = false }: RawRequest): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true })
  const answer = new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('error', () => resolve(text))
    socket.on('end', () => resolve(text))
  })
  for (const [i, part] of parts.entries()) {
    if (i > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    socket.write(Buffer.from(part, 'latin1'))
  }
  if (ends) socket.end()
  try {
    return await answer
  } finally {
    socket.destroy()
  }
}
