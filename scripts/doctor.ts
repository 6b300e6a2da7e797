// `npm run doctor`: compares KV and the key authorities with libSQL through the operator API, and
// prints what differs. Exit code 0 where nothing does, 1 on drift, 2 where that cannot be known.
// `-- --repair` mends what it finds, but never allows a request that a key's authority refuses. Only
// `-- --repair --as-database` does. `-- --url https://…` checks a gateway other than the local one.

import { styleText } from 'node:util'
import { Failure } from '../harness/failure.ts'
import { readOptions } from '../harness/options.ts'
import { apiTokenNotes } from './deployment/expiry-notes.ts'
import {
  type AccessState,
  type Drift,
  readHealth,
  reconcile,
  type Repair,
} from './doctor/gateway.ts'
import { readGatewayUrl } from './local/gateway-url.ts'
import { readOperatorToken } from './local/operator-token.ts'

const BAR_WIDTH = 30

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
  const url = readGatewayUrl(values.url, process.env)
  const token = readOperatorToken(process.env)
  for (const text of await readHealth(url)) console.log(text)
  for (const text of await apiTokenNotes(process.env['CLOUDFLARE_ACCOUNT_ID'])) console.log(text)
  const drift: Drift[] = []
  let checked = 0
  let total: number | undefined
  let cursor: string | null = null
  do {
    const page = await reconcile(url, token, repair, cursor)
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
