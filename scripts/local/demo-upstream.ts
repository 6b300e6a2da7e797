// The demo Portal API: answers with what it received, as JSON, so that one sees what the gateway
// forwards.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface DemoUpstream {
  readonly url: string
  readonly stop: () => Promise<void>
}

const MAX_SHOWN_BYTES = 64 * 1024

export async function startDemoUpstream(): Promise<DemoUpstream> {
  const server = createServer(async function answer(request, response) {
    const shown: Buffer[] = []
    let size = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size <= MAX_SHOWN_BYTES) shown.push(chunk)
    }
    const body = Buffer.concat(shown).toString('utf8')
    const { method, url, headers } = request
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ method, url, headers, body_bytes: size, body }, null, 2) + '\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
