// A door to a libSQL server that writes down each statement on its way, as it was sent
// (https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md), and asks the server for its plan.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Statement {
  readonly sql: string
  readonly args?: readonly unknown[]
}

export interface SqlRecorder {
  readonly url: string
  /** The statements since the last call of this, in order. */
  readonly take: () => Statement[]
  /** How many requests they came in. */
  readonly countRequests: () => number
  /** The lines of a statement's query plan. */
  readonly explain: (statement: Statement) => Promise<string[]>
  readonly stop: () => Promise<void>
}

export async function startSqlRecorder(target: string): Promise<SqlRecorder> {
  let recorded: Statement[] = []
  let requestCount = 0
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming)
    requestCount++
    if (body !== '') recorded.push(...statementsIn(JSON.parse(body) as Pipeline))
    const { method = 'GET', url = '/' } = incoming
    const answer = await fetch(target + url, { method, ...(body !== '' && { body }) })
    const type = answer.headers.get('content-type') ?? 'text/plain'
    outgoing.writeHead(answer.status, { 'Content-Type': type }).end(await answer.text())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = recorded
      recorded = []
      requestCount = 0
      return taken
    },
    countRequests: () => requestCount,
    async explain({ sql, args = [] }) {
      const stmt = { sql: `EXPLAIN QUERY PLAN ${sql}`, args }
      const requests = [{ type: 'execute', stmt }, { type: 'close' }]
      const init = { method: 'POST', body: JSON.stringify({ requests }) }
      const answer = await fetch(`${target}/v2/pipeline`, init)
      const [first] = (await answer.json<Explained>()).results
      if (first?.response === undefined) throw new Error(`${sql}: ${JSON.stringify(first)}`)
      return first.response.result.rows.map((row) => row.at(-1)?.value ?? '')
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

interface SentStatement {
  /** Left out where it was stored under an id before. */
  readonly sql?: string
  readonly sql_id?: number
  readonly args?: readonly unknown[]
}

interface Pipeline {
  readonly requests: readonly {
    readonly type: string
    readonly sql?: string
    readonly sql_id?: number
    readonly stmt?: SentStatement
    readonly batch?: { readonly steps: readonly { readonly stmt: SentStatement }[] }
  }[]
}

interface Explained {
  readonly results: readonly {
    readonly response?: {
      readonly result: { readonly rows: readonly { readonly value: string }[][] }
    }
  }[]
}

const TRANSACTION = /^(?:BEGIN|COMMIT|ROLLBACK)\b/i

function statementsIn({ requests }: Pipeline): Statement[] {
  const stored = new Map<number | undefined, string>()
  for (const { type, sql, sql_id: id } of requests) {
    if (type === 'store_sql' && sql !== undefined) stored.set(id, sql)
  }
  return requests
    .flatMap(({ stmt, batch }) => [
      ...(stmt === undefined ? [] : [stmt]),
      ...(batch?.steps.map((step) => step.stmt) ?? []),
    ])
    .map(({ sql, sql_id: id, args = [] }) => ({ sql: sql ?? stored.get(id) ?? '', args }))
    .filter(({ sql }) => !TRANSACTION.test(sql))
}
