// A libSQL server, asked from a script: with a time limit, and with failures that say what is wrong.

import { type Client, createClient } from '@libsql/client/web'
import { expiryOf } from '../src/configuration/token-expiry.ts'
import { Failure } from './failure.ts'

/** For one statement or batch; without it, a server that never answers is waited for. */
const TIMEOUT_MS = 10_000

/** Runs `use` with a client. What goes wrong on the way to the server is a Failure that names the cause. */
export async function useLibsql<T>(
  url: string,
  authToken: string | undefined,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = createClient({
    url,
    ...(authToken !== undefined && { authToken }),
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
  })
  try {
    return await use(client)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw new Failure(describe(error as Error, authToken))
  } finally {
    client.close()
  }
}

function describe(error: Error, authToken: string | undefined): string {
  const innermost = causesOf(error).at(-1) ?? error
  const { name, message } = innermost
  const code = String((innermost as NodeJS.ErrnoException).code)
  const status = /HTTP status (\d+)/.exec(message)?.[1]
  if (status === '401' || status === '403') return refusedToken(authToken)
  if (status !== undefined) return `LIBSQL_URL answers ${status}: look at the libSQL server`
  if (name === 'TimeoutError') {
    return `LIBSQL_URL does not answer within ${TIMEOUT_MS / 1_000} s: look at the libSQL server`
  }
  if (/^(?:E[A-Z]+|ERR_SSL\w*|CERT\w*|UND_ERR\w*)$/.test(code)) {
    return `LIBSQL_URL cannot be reached (${code}): check that a libSQL server answers there`
  }
  // The runtime repeats a header that cannot be sent.
  const shown = authToken ? message.replaceAll(authToken, '…') : message
  return `LIBSQL_URL does not do what it is asked (${name}: ${shown}): check that a libSQL server answers there`
}

function refusedToken(authToken: string | undefined): string {
  const mend = 'see docs/operate/rotation.md#libsql_auth_token'
  if (authToken === undefined) {
    return 'LIBSQL_URL asks for a token: set LIBSQL_AUTH_TOKEN, in the environment or with --secrets-file'
  }
  const expiresAtMs = expiryOf(authToken)
  if (expiresAtMs !== null && expiresAtMs < Date.now()) {
    return `LIBSQL_AUTH_TOKEN has expired: ${mend}`
  }
  return `LIBSQL_URL refuses LIBSQL_AUTH_TOKEN: it is of another database, or may not write; ${mend}`
}

function causesOf(error: unknown): Error[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}
