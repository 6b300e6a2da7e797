// The connection to libSQL: HTTP, one round trip per statement or batch, with a time limit. Whatever goes
// wrong on the way, the error is a StorageUnavailableError.

import { createClient } from '@libsql/client/web'
import { drizzle } from 'drizzle-orm/libsql/web'
import { type FaultReason, httpReason, reasonOf } from '../log/fault-reason.ts'

/** libSQL's client sets no limit, so a server that never answers would hang the request. */
const LIBSQL_TIMEOUT_MS = 2_000

/** libSQL is down, hangs, refuses or answers nonsense. */
export class StorageUnavailableError extends Error {
  override readonly name = 'StorageUnavailableError'
  readonly reason: FaultReason

  constructor(reason: FaultReason, cause?: unknown) {
    super(`libSQL cannot be asked: ${reason}`, { cause })
    this.reason = reason
  }
}

export type Database = ReturnType<typeof connect>

/** `url`: http(s) or libsql. The first statement makes the connection. */
export function connect(url: string, authToken: string | undefined) {
  const client = createClient({
    url,
    // The client's own queue (20 by default) resumes a call in the context of another request. workerd
    // forbids that: the call hangs, and its place in the queue is never freed.
    concurrency: Number.POSITIVE_INFINITY,
    ...(authToken === undefined ? {} : { authToken }),
    fetch: fetchWhole,
  })
  return drizzle(client)
}

/** Whether an error or one of its causes means that libSQL could not be asked. */
export function isStorageUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof StorageUnavailableError) return true
    if (SERVER_SIDE.test(String((cause as { code?: unknown }).code))) return true
  }
  return false
}

/** Errors of the server, not of the statement: https://www.sqlite.org/rescode.html */
const SERVER_SIDE = /^(?:SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM)|TRANSACTION_)/

/** Reads the whole answer, so that the limit covers a body that stalls. */
async function fetchWhole(input: Request | string | URL, init?: RequestInit): Promise<Response> {
  const [response, text] = await fetchText(input, init)
  const { status } = response
  if (status !== 200 && status !== 400) throw new StorageUnavailableError(httpReason(status))
  if (status === 200 && !isJson(text)) throw new StorageUnavailableError('invalid')
  return new Response(text, response)
}

async function fetchText(
  input: Request | string | URL,
  init?: RequestInit,
): Promise<[Response, string]> {
  try {
    const signal = AbortSignal.timeout(LIBSQL_TIMEOUT_MS)
    const response = await fetch(input, { ...init, signal })
    return [response, await response.text()]
  } catch (error) {
    const reason = reasonOf(error)
    throw new StorageUnavailableError(reason === 'other' ? 'unreachable' : reason, error)
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
