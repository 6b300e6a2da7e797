// A free loopback port, for a server that cannot choose one itself.

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Another process may take it before the server does: the caller tries again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
