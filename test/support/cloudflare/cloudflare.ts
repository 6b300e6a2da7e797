// A stand-in for Cloudflare's API on a free loopback port. It keeps an account, logs each call in order,
// and fails or hangs on request. Wrangler takes its address from CLOUDFLARE_API_BASE_URL.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { type Account, createAccount } from './account.ts'
import { ApiError, CALLS } from './calls.ts'

export const ACCOUNT_ID = 'acc0'.padEnd(32, '0')

export interface Fault {
  /** Of `METHOD /path`, without the account. */
  readonly call: RegExp
  /** The status to answer; `hang` accepts the call and never answers it. */
  readonly answer: number | 'hang'
  /** How many calls fail; all of them when left out. */
  readonly times?: number
  /** Whether the call takes effect all the same. */
  readonly takesEffect?: boolean
}

export interface Cloudflare {
  readonly url: string
  readonly account: Account
  /** `METHOD /path` of what was asked, without the account and the query. */
  readonly calls: string[]
  /** What fails from here on, in place of what failed before. */
  readonly fail: (...faults: readonly Fault[]) => void
  readonly stop: () => Promise<void>
}

export async function startCloudflare(): Promise<Cloudflare> {
  const account = createAccount()
  const calls: string[] = []
  let faults: { fault: Fault; left: number }[] = []

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://cloudflare')
    const path = url.pathname.replace(`/accounts/${ACCOUNT_ID}`, '')
    const call = `${incoming.method} ${path}`
    calls.push(call)
    const fault = faults.find(
      ({ fault: { call: pattern }, left }) => left > 0 && pattern.test(call),
    )
    if (fault !== undefined) fault.left--
    const { answer: failure, takesEffect } = fault?.fault ?? {}
    const run = () => handle(account, toRequest(incoming, url), url, path)
    if (failure === undefined) return send(response, 200, { success: true, result: await run() })
    if (takesEffect) await run()
    if (failure !== 'hang') throw new ApiError(failure, 10013, 'An unknown error has occurred.')
  }

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      const { status, code, message } =
        error instanceof ApiError
          ? error
          : new ApiError(500, 0, `The stand-in failed: ${String(error)}`)
      send(response, status, { success: false, errors: [{ code, message }], result: null })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account,
    calls,
    fail(...next) {
      faults = next.map((fault) => ({ fault, left: fault.times ?? Infinity }))
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function handle(account: Account, request: Request, url: URL, path: string): unknown {
  for (const [method, pattern, handler] of CALLS) {
    if (method !== request.method) continue
    const match = new URLPattern({ pathname: pattern }).exec({ pathname: path })
    if (match === null) continue
    const params = match.pathname.groups as Record<string, string>
    return handler({ account, params, query: url.searchParams, request })
  }
  throw new ApiError(404, 7003, `The stand-in does not know ${request.method} ${path}`)
}

function toRequest(incoming: IncomingMessage, url: URL): Request {
  const { method = 'GET', headers } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(url, {
    method,
    headers: new Headers(headers as Record<string, string>),
    ...(hasBody && { body: Readable.toWeb(incoming) as unknown as ReadableStream, duplex: 'half' }),
  })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify({ errors: [], messages: [], ...body }))
}
