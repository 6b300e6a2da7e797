// The stand-in for a location of Cloudflare: answers as the gateway does, in the name of the version that a
// request reaches, so that what is deployed can be tried.

import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Account, Worker } from './account.ts'

export interface Edge {
  readonly url: string
  /** What the gateway is from here on: `well`, `shadow`, `unhealthy` (503), `misconfigured` (503) or `open` (200). */
  be: (state: EdgeState) => void
  readonly stop: () => Promise<void>
}

export type EdgeState = 'well' | 'shadow' | 'unhealthy' | 'misconfigured' | 'open'

/** `worker` is the name of the one whose routes lead here. */
export async function startEdge({ workers }: Account, worker: string): Promise<Edge> {
  let state: EdgeState = 'well'
  const server = createServer(({ url, headers }, response) => {
    const version = versionFor(workers.get(worker), headers['cloudflare-workers-version-overrides'])
    if (version === undefined) return send(response, 404, {})
    if (state === 'misconfigured') return send(response, 503, { code: 'misconfigured' })
    if (url === '/admin/api/v1/health') {
      const detail = 'The gateway cannot reach: libsql.'
      if (state === 'unhealthy') return send(response, 503, { code: 'unhealthy', detail, version })
      const enforcement = state === 'shadow' ? { enforcement: state } : {}
      return send(response, 200, { status: 'ok', version, ...enforcement })
    }
    return state === 'open' || (state === 'shadow' && url === '/')
      ? send(response, 200, {})
      : send(response, 401, { code: 'credential_missing' })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    be: (next) => (state = next),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The version that the request asks for, if it is live; else the one with most of the requests. */
function versionFor(worker: Worker | undefined, override: unknown): string | undefined {
  const live = worker?.deployments[0]?.versions ?? []
  const ids = live.toSorted((a, b) => b.percentage - a.percentage).map((share) => share.version_id)
  return ids.find((id) => override === `${worker?.name}="${id}"`) ?? ids[0]
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
