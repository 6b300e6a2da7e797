// A real upstream on loopback that remembers what it received, for both halves of an assertion: what
// the client saw and whether the upstream was called.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Received {
  readonly method: string
  /** Path and query as they were sent. */
  readonly url: string
  /** Lower-case names; a repeated header is comma-joined, as Node does it. */
  readonly headers: Readonly<Record<string, string>>
  /** Settles when the body has arrived or the client has gone. */
  readonly body: Promise<{ readonly bytes: number; readonly sha256: string }>
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

export interface Upstream {
  readonly url: string
  /** What arrived since the last `reset`, in order, each as soon as its headers have. */
  readonly received: Received[]
  /** Answers the requests that come from now on, from their headers on; else the body is awaited. */
  answerWith: (answer: Answer | undefined) => void
  /** Takes over `Upgrade` requests. */
  onUpgrade: (take: ((request: IncomingMessage, socket: Duplex) => void) | undefined) => void
  reset: () => void
  readonly stop: () => Promise<void>
}

export async function startUpstream(): Promise<Upstream> {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  let answer: Answer | undefined
  let upgrade: ((request: IncomingMessage, socket: Duplex) => void) | undefined

  const server = createServer(async function record(request, response) {
    const body = digest(request)
    received.push(toReceived(request, body))
    if (answer !== undefined) return void answer(request, response)
    await body
    response.end('upstream')
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket) => {
    received.push(toReceived(request, Promise.resolve({ bytes: 0, sha256: '' })))
    if (upgrade === undefined) socket.destroy()
    else upgrade(request, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith(next) {
      answer = next
    },
    onUpgrade(take) {
      upgrade = take
    },
    reset() {
      received.length = 0
      answer = undefined
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

function toReceived(request: IncomingMessage, body: Received['body']): Received {
  const { method = '', url = '' } = request
  return { method, url, headers: joined(request), body }
}

function digest(request: IncomingMessage): Received['body'] {
  const hash = createHash('sha256')
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    hash.update(chunk)
  })
  return new Promise((resolve) => {
    const settle = () => resolve({ bytes, sha256: hash.copy().digest('hex') })
    request.once('end', settle)
    request.once('close', settle) // a client that goes away never ends its body
  })
}

function joined(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers)
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
