// The calls of an import to the operator API of a gateway. A gateway that cannot answer for a while is asked again.

import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../harness/failure.ts'
import type { Fault } from './report.ts'

export type Result =
  | { readonly key_id: string | null; readonly warnings: readonly object[] }
  | { readonly key_id?: undefined; readonly errors: readonly Fault[] }

export interface Gateway {
  /** What became of each row, in their order. Null if there is no such account. */
  readonly importRows: (
    accountId: string,
    rows: readonly object[],
    isDryRun: boolean,
  ) => Promise<readonly Result[] | null>
  /** The ids of the accounts that have an external id, by that. */
  readonly findExternalIds: () => Promise<ReadonlyMap<string, string>>
}

interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
  readonly waitMs: number
}

const TIMEOUT_MS = 120_000
const TRIES = 8
const WAIT_MS = 5_000
const PAGE = 200

export function createGateway(url: string, operatorToken: string): Gateway {
  const target = (path: string) => new URL(`/admin/api/v1/operator${path}`, url).href

  async function ask(path: string, body?: object): Promise<Answer> {
    try {
      const response = await fetch(target(path), {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          Authorization: `Bearer ${operatorToken}`,
          'Content-Type': 'application/json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const json = (await response.json().catch(() => ({}))) as Answer['json']
      const waitMs = Number(response.headers.get('retry-after')) * 1_000 || WAIT_MS
      return { status: response.status, json, waitMs }
    } catch (error) {
      const { cause = error } = error as { cause?: unknown }
      return { status: 0, json: { detail: String(cause) }, waitMs: WAIT_MS }
    }
  }

  async function askPatiently(path: string, body?: object): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const answer = await ask(path, body)
      const { status, json } = answer
      if (status === 200 || status === 404) return answer
      const mayHelp = status === 0 || status === 429 || status >= 500
      if (mayHelp && tries < TRIES) {
        await sleep(answer.waitMs)
        continue
      }
      const said = status === 0 ? 'cannot be reached' : `answered ${status}`
      const hint =
        status === 401
          ? ' OPERATOR_TOKEN is not the one of this gateway.'
          : ' Run the same command again to go on.'
      throw new Failure(`${target(path)} ${said}: ${String(json['detail'] ?? 'no detail')}.${hint}`)
    }
  }

  return {
    async importRows(accountId, rows, isDryRun) {
      const path = `/accounts/${encodeURIComponent(accountId)}/keys/import`
      const { status, json } = await askPatiently(path, { dry_run: isDryRun, keys: rows })
      if (status === 404 && json['code'] === 'not_found') return null
      if (Array.isArray(json['results'])) return json['results'] as Result[]
      throw new Failure(
        `${target(path)} answered ${status}, but not as this gateway does. Either something stands before it, such as a log-in page, or it has another version.`,
      )
    },
    async findExternalIds() {
      const found = new Map<string, string>()
      let cursor = ''
      do {
        const { json } = await askPatiently(`/accounts?limit=${PAGE}${cursor}`)
        const accounts = json['accounts'] as { id: string; external_id: string | null }[]
        for (const { id, external_id: externalId } of accounts) {
          if (externalId !== null) found.set(externalId, id)
        }
        const next = json['next_cursor']
        cursor = typeof next === 'string' ? `&cursor=${encodeURIComponent(next)}` : ''
      } while (cursor !== '')
      return found
    },
  }
}
