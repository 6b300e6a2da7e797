// A TCP gate in front of a server: counts what passes, and can stop answering or refuse, as a real
// server does when it hangs or is gone.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type GateState = 'open' | 'hanging' | 'closed'

export interface TcpGate {
  readonly url: string
  /** Chunks that clients have sent since the start: 0 means that nobody asked anything. */
  readonly asked: () => number
  readonly set: (state: GateState) => void
  /** Leads new connections to another server. */
  readonly retarget: (url: string) => void
  readonly stop: () => Promise<void>
}

export async function startTcpGate(target: string): Promise<TcpGate> {
  let { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let state: GateState = 'open'
  let asked = 0

  const server = createServer((client) => {
    if (state === 'closed') return void client.resetAndDestroy()
    const upstream = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => {
        if (from === client) asked++
        if (state === 'open') to.write(chunk)
      })
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    set(next) {
      state = next
      if (next === 'closed') for (const socket of sockets) socket.resetAndDestroy()
    },
    retarget(url) {
      ;({ hostname, port } = new URL(url))
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
