// Every statement that the product sends to libSQL, held to an index by the planner of a real server
// that is migrated from drizzle/ and, like the one in production, was never told to ANALYZE.

import { mkdtempSync, rmSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { listEvents } from '../../src/db/audit-queries.ts'
import { connect } from '../../src/db/client.ts'
import { type SqlRecorder, startSqlRecorder } from '../support/sql-recorder.ts'
import { CALLS } from './query-calls.ts'

const OUTBOX = 'SCAN api_keys USING INDEX api_keys_outbox'
const SORT = 'USE TEMP B-TREE FOR ORDER BY'
const FIRST_PAGE = 'A page: the walk ends after as many rows as are answered.'
const FIRST_BOUNDED_PAGE = 'The lengths of a page: the walk ends after as many rows.'
/** Of each row that is answered, by an index. */
const TOKENS_OF_ROW = 'WHERE key_id = api_keys.id'
const OUTBOX_ALONE = 'The index holds the outbox alone, which is empty but for what is on its way.'

const TOKEN_TIMES = 'SCAN n VIRTUAL TABLE INDEX 1:'
const TOKENS_OF_KEY = 'The tokens of one key, which the statement itself lists.'

/** How long the rows are that may be on a page, of which `limit` are looked at. */
const BYTES_OF_PAGE = {
  'SCAN (subquery-1)': 'The rows of one page.',
  'USE TEMP B-TREE FOR ORDER BY': 'The lengths of the rows of one page.',
  'SCAN (subquery-5)': 'The rows of one page.',
}

const NEW_CODES = {
  'SCAN 2 CONSTANT ROWS': 'The new codes, which the statement itself lists.',
  'SCAN (subquery-2)': 'The same.',
}

/** By function, the slow-looking lines of its plans that are meant, and why. */
const MEANT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  listAccounts: { 'SCAN accounts USING INDEX sqlite_autoindex_accounts_1': FIRST_PAGE },
  listEvents: {
    'SCAN audit_events USING INDEX sqlite_autoindex_audit_events_1': FIRST_BOUNDED_PAGE,
    ...BYTES_OF_PAGE,
  },
  countAttempt: {
    'SCAN 3 CONSTANT ROWS': 'The counters of one attempt, which the statement itself lists.',
    'SCAN (subquery-1)': 'The same.',
    'SCAN (subquery-3)': 'The same.',
  },
  insertSession: {
    'USE TEMP B-TREE FOR ORDER BY': 'Of the live sessions of one account, a hundred or so.',
  },
  hasUntaggedSession: {
    'SCAN sessions USING INDEX sessions_untagged':
      'The index holds sessions of before alone, and one of them is read.',
  },
  listKeys: {
    'SCAN (subquery-3)': 'The rows of one page.',
    'USE TEMP B-TREE FOR ORDER BY': 'The lengths of the rows of one page.',
    'SCAN (subquery-7)': 'The rows of one page.',
  },
  insertImportedKeys: {
    [TOKEN_TIMES]: 'The keys of a part of a list, which the statement itself lists.',
    'SCAN json_each VIRTUAL TABLE INDEX 1:': 'The same, and the lookup ids of one key.',
  },
  insertToken: { [TOKEN_TIMES]: TOKENS_OF_KEY },
  changeTokens: { [TOKEN_TIMES]: TOKENS_OF_KEY },
  listAllKeys: {
    'SCAN api_keys USING INDEX sqlite_autoindex_api_keys_1': FIRST_PAGE,
    'SCAN api_keys USING INDEX api_keys_restricted':
      'The index holds keys with a pause, an end or a leak alone.',
  },
  listKeysAfter: { 'SCAN api_keys USING INDEX sqlite_autoindex_api_keys_1': FIRST_PAGE },
  takePending: { [OUTBOX]: OUTBOX_ALONE, [SORT]: OUTBOX_ALONE },
  takeEnforced: { [OUTBOX]: OUTBOX_ALONE, [SORT]: OUTBOX_ALONE },
  listAccountKeyIds: { [OUTBOX]: OUTBOX_ALONE },
  updateAccount: { [OUTBOX]: OUTBOX_ALONE },
  listStatusPending: {
    'SCAN accounts USING INDEX accounts_status_pending': 'The index holds what is pending alone.',
  },
  insertAccount: {
    'SCAN api_keys': 'The foreign key, which is looked at while one is violated alone: never here.',
  },
  confirmSecondFactor: NEW_CODES,
  replaceRecoveryCodes: NEW_CODES,
  listSessions: {
    'USE TEMP B-TREE FOR ORDER BY': 'All that are live are answered, so all are read anyway.',
  },
  countKeys: {
    'SCAN api_keys USING COVERING INDEX api_keys_revised_at':
      'The total for the doctor, once a run, from the narrowest index.',
  },
  readProgress: {
    'SCAN api_keys USING INDEX api_keys_outbox': 'The index holds what is not yet in KV alone.',
  },
  listDeliveries: {
    'SCAN event_deliveries USING INDEX event_deliveries_event_id': FIRST_PAGE,
    'SCAN event_deliveries USING INDEX event_deliveries_failed':
      'A page of an index that holds what was given up alone.',
  },
  retryEvents: {
    'SCAN event_deliveries USING COVERING INDEX event_deliveries_failed':
      'As many rows as are changed, of an index that holds what was given up alone.',
  },
  readEventProgress: {
    'SCAN event_deliveries USING INDEX event_deliveries_waiting':
      'For a scrape: the index holds what was not taken yet alone.',
    'SCAN event_deliveries USING COVERING INDEX event_deliveries_failed':
      'For a scrape: the index holds what was given up alone.',
  },
  ringFaults: {
    'SCAN sqlite_master': 'The tables of the database: whether it was ever migrated.',
    'SCAN tokens': 'Every sealed token has a say, once a deployment.',
    'SCAN second_factors': 'So has every second factor.',
    'USE TEMP B-TREE FOR GROUP BY': 'A group for each pair of ring keys.',
  },
}

/** These make a part of a statement, which others send. */
const PARTS = ['insertEventWhere', 'insertSessionEnds', 'isAsRead', 'isLive']

/** An empty list in it: SQLite leaves such a term before it reads anything, whatever the plan says. */
const READS_NOTHING = /\b(?:where|and) false\b/i

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld
let recorder: SqlRecorder

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
  recorder = await startSqlRecorder(sqld.url)
})

afterAll(async () => {
  await recorder.stop()
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})

describe.each(Object.entries(CALLS))('%s', (_, calls) => {
  it.each(Object.entries(calls))('%s() reads by an index', async (name, call) => {
    recorder.take()
    const db = connect(recorder.url, undefined)
    await Promise.all(call(db, recorder.url))
    const statements = recorder.take()
    expect(statements.length).toBeGreaterThan(0)
    const meant = MEANT[name] ?? {}
    const met = new Set<string>()
    for (const { sql, args = [] } of statements.filter((sent) => !READS_NOTHING.test(sent.sql))) {
      const slow = (await recorder.explain({ sql, args })).filter(isSlow)
      const excused = slow.filter((line) => {
        if (meant[line] === FIRST_PAGE) return !/\bwhere\b/i.test(sql.replaceAll(TOKENS_OF_ROW, ''))
        return meant[line] === FIRST_BOUNDED_PAGE ? /\bwhere true\b/i.test(sql) : line in meant
      })
      expect(slow, sql).toEqual(excused)
      for (const line of slow) met.add(line)
    }
    expect([...met].toSorted(), 'what is meant and is no more').toEqual(
      Object.keys(meant).toSorted(),
    )
  })
})

it('exercises every function that is exported', async () => {
  const missing: string[] = []
  for await (const path of glob('src/db/*-queries.ts', { cwd: PROJECT_DIR })) {
    const module = (await import(join(PROJECT_DIR, path))) as Readonly<Record<string, unknown>>
    const names = Object.keys(module).filter((name) => typeof module[name] === 'function')
    const exercised = [...PARTS, ...Object.keys(CALLS[path] ?? {})]
    missing.push(...names.filter((name) => !exercised.includes(name)))
  }
  expect(missing).toEqual([])
})

it('finds the events of a key among many of its account by an index of its own', async () => {
  recorder.take()
  const filter = { accountId: 'acc_1', keyId: 'key_1', before: 'evt_1' }
  await listEvents(connect(recorder.url, undefined), filter, 1)
  const [statement] = recorder.take()
  const plan = statement === undefined ? [] : await recorder.explain(statement)
  expect(plan.filter((line) => line.includes('audit_events'))).toEqual([
    'SEARCH audit_events USING INDEX audit_events_key_id (account_id=? AND key_id=? AND id>? AND id<?)',
    'SEARCH audit_events USING INDEX audit_events_key_id (account_id=? AND key_id=? AND id<?)',
  ])
})

/** A walk over a table or index from end to end, an index made for one statement, or a sort. */
function isSlow(line: string): boolean {
  return /^SCAN (?!CONSTANT ROW)|\bAUTOMATIC\b|TEMP B-TREE/.test(line)
}
