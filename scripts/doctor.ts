// `npm run doctor`: compares KV and the key authorities with libSQL through the operator API, and
// prints what differs. Exit code 0 where nothing does, 1 on drift, 2 where that cannot be known.
// `-- --repair` mends what it finds, but never allows a request that a key's authority refuses. Only
// `-- --repair --as-database` does. `-- --url https://…` checks a gateway other than the local one.

import { setTimeout } from 'node:timers/promises'
import { styleText } from 'node:util'
import { Failure } from '../harness/failure.ts'
import { readOptions } from '../harness/options.ts'
import { apiTokenNotes, toNote } from './deployment/expiry-notes.ts'
import { readOperatorToken } from './local/operator-token.ts'

interface Page {
  readonly checked: number
  readonly drift: readonly Drift[]
  readonly next_cursor: string | null
  readonly total?: number
}

interface Drift {
  readonly key_id: string | null
  readonly kind: string
  readonly store: string
  readonly repaired: boolean
  /** Of `authority_ahead`: what the database says, and what holds for requests. */
  readonly database?: AccessState
  readonly authority?: AccessState | null
}

interface AccessState {
  readonly account_status: string
  readonly ip_acl_size: number
  readonly ip_acl_mode: string
}

type Repair = boolean | 'as_database'

const BAR_WIDTH = 30
const TIMEOUT_MS = 60_000
const TRIES = 3
const RETRY_AFTER_MS = 1_000

async function examine(): Promise<number> {
  const values = readOptions('npm run doctor --', {
    url: { type: 'string', value: 'url', help: 'the gateway, if it is not the local one' },
    repair: { type: 'boolean', help: 'mend what differs; lets nobody in' },
    'as-database': {
      type: 'boolean',
      help: 'with --repair: let in again whom the database lets in',
    },
  })
  const asDatabase = values['as-database']
  if (asDatabase && !values.repair) {
    throw new Failure('--as-database says how to mend, so it needs --repair beside it')
  }
  const repair: Repair = values.repair && asDatabase ? 'as_database' : values.repair
  const url = values.url ?? `http://127.0.0.1:${process.env['PORT'] || 8787}`
  const token = readOperatorToken(process.env)
  await readHealth(url)
  for (const text of await apiTokenNotes(process.env['CLOUDFLARE_ACCOUNT_ID'])) console.log(text)
  const drift: Drift[] = []
  let checked = 0
  let total: number | undefined
  let cursor: string | null = null
  do {
    const page: Page = await reconcile(url, token, repair, cursor)
    total ??= page.total ?? 0
    checked += page.checked
    drift.push(...page.drift)
    cursor = page.next_cursor
    showProgress(Math.min(checked, total), total, cursor?.startsWith('kv:') === true)
  } while (cursor !== null)

  if (drift.length === 0) {
    console.log(
      `No drift: libSQL, KV and the authorities agree (keys, deleted ones too: ${total}).`,
    )
    return 0
  }
  console.table(drift.map(toLine))
  const orphans = drift.filter(({ kind, repaired }) => kind === 'orphan' && !repaired).length
  if (values.repair && orphans > 0) {
    console.log(
      `Left alone: ${orphans} orphans. So many mean that LIBSQL_URL is not the database of this KV.`,
    )
  }
  const closed = drift.filter(
    ({ kind, repaired }) => kind === 'authority_ahead' && !repaired,
  ).length
  if (repair === true && closed > 0) {
    console.log(
      `Left alone: ${closed} authorities that keep out what the database would let in. It came back from a ` +
        'backup: make these changes anew, or mend with "npm run doctor -- --repair --as-database".',
    )
  }
  const left = drift.filter(({ repaired }) => !repaired).length
  const wayOut = values.repair ? '' : ' Mend with "npm run doctor -- --repair".'
  console.log(
    left === 0 ? `Mended: ${drift.length}.` : `Not mended: ${left} of ${drift.length}.${wayOut}`,
  )
  return left === 0 ? 0 : 1
}

/** A line of the table. */
function toLine({ database, authority, ...found }: Drift): object {
  if (database === undefined) return found
  return { ...found, database: toText(database), authority: toText(authority ?? null) }
}

function toText(state: AccessState | null): string {
  if (state === null) return 'in the form of a later version'
  const { account_status: status, ip_acl_size: size, ip_acl_mode: mode } = state
  const acl = size === 0 ? 'any address' : `${size} networks`
  return mode === 'enforce' ? `${status}, ${acl}` : `${status}, ${acl}, ${mode}`
}

async function reconcile(
  url: string,
  token: string,
  repair: Repair,
  cursor: string | null,
): Promise<Page> {
  const target = new URL('/admin/api/v1/operator/reconcile', url).href
  const response = await fetchPatiently(target, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ repair, ...(cursor !== null && { cursor }) }),
  }).catch((error: unknown) => {
    throw new Failure(`${target} cannot be reached (${String(error)}): give its address with --url`)
  })
  const body = (await response.json().catch(() => ({}))) as Page & { detail?: string }
  if (response.ok) return body
  const hint =
    response.status === 401
      ? ' OPERATOR_TOKEN is not the one of this gateway, or its admin API is on another host: give that with --url.'
      : ''
  throw new Failure(`${target} answered ${response.status}: ${body.detail ?? 'no detail'}${hint}`)
}

interface Health {
  readonly database?: string
  readonly detail?: string
  readonly enforcement?: string
  readonly expiring?: readonly { readonly name: string; readonly expires_at: string }[]
}

/** What a gateway says of a database that is not its own would be about other keys. */
async function readHealth(url: string): Promise<void> {
  const target = new URL('/admin/api/v1/health', url).href
  const health: Health = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    .then((answer) => answer.json<Health>())
    .catch(() => ({})) // the reconciliation says what is wrong
  if (health.database === 'foreign') throw new Failure(health.detail ?? 'The database is foreign')
  if (health.enforcement === 'shadow') {
    console.log('Nothing is enforced: see docs/operate/switching-over.md')
  }
  for (const { name, expires_at: end } of health.expiring ?? []) {
    console.log(toNote({ name, expiresAtMs: Date.parse(end) }, Date.now()))
  }
}

/** One page of many may meet a moment in which a store does not answer. */
async function fetchPatiently(target: string, init: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(target, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.status !== 503 || tries === TRIES) return response
    await setTimeout(RETRY_AFTER_MS)
  }
}

/** On a terminal alone: a log needs the outcome, not the way. */
function showProgress(done: number, total: number, names: boolean): void {
  if (!process.stderr.isTTY) return
  const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH)
  const bar = styleText('green', '█'.repeat(filled)) + '░'.repeat(BAR_WIDTH - filled)
  const ends = done >= total && !names
  process.stderr.write(
    `\r${bar} ${done}/${total} keys${names ? ', names in KV' : ''}${ends ? '\n' : ''}`,
  )
}

try {
  process.exitCode = await examine()
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 2
}
