// What is done for a report before its answer. It must not depend on what the tokens are, or the time of the answer
// would tell a stranger which of them are genuine.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { type LeakReportsDeps, receiveLeakReport } from '../../src/admin/leak-reports.ts'
import { connect } from '../../src/db/client.ts'
import { createImportedTokens } from '../../src/keys/imported-token.ts'
import { parseTokenPatterns } from '../../src/keys/token-patterns.ts'
import { toBlockHmacKey } from '../../src/keys/block-hmac.ts'
import { importHmacKey, importKeyRing } from '../../src/keys/key-ring.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../../src/keys/token.ts'
import { type SqlRecorder, startSqlRecorder } from '../support/sql-recorder.ts'

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
let sqld: Sqld
let recorder: SqlRecorder
let deps: LeakReportsDeps

beforeAll(async () => {
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  await migrateDatabase(sqld.url, undefined)
  recorder = await startSqlRecorder(sqld.url)
  const secrets = await makeSecrets()
  const tokenKeys = await importKeyRing(secrets.TOKEN_KEYS, toBlockHmacKey)
  const sessionKeys = await importKeyRing(secrets.SESSION_KEYS, importHmacKey)
  if (!tokenKeys.ok || !sessionKeys.ok) throw new Error('The secrets cannot be read')
  deps = {
    db: connect(recorder.url, undefined),
    tokenPrefix: 'cpk_',
    tokenKeys: tokenKeys.value,
    importedTokens: createImportedTokens(null, tokenKeys.value),
    sessionKeys: sessionKeys.value,
    logInRate: { limit: async () => ({ success: true }) },
    logFault: () => undefined,
    nowMs: () => 1_800_000_000_000,
  }
})
afterAll(async () => {
  await recorder.stop()
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})

/** The statements of a report, with the length of each argument in place of its bytes. */
async function statementsFor(token: string, by = deps) {
  recorder.take()
  const report = { tokens: [token], url: undefined, note: undefined }
  const received = await receiveLeakReport(report, null, by)
  expect(received.ok).toBe(true)
  return recorder
    .take()
    .map(({ sql, args = [] }) => ({ sql, args: args.map((arg) => JSON.stringify(arg).length) }))
}

it('sends the same statements of the same size, whatever the token is', async () => {
  const mint = () => mintToken('cpk_', deps.tokenKeys, randomBytes(TOKEN_RANDOM_BYTES)).token
  const genuine = mint()
  const expected = await statementsFor(genuine)
  expect(expected.length).toBeGreaterThan(0)
  const forged = genuine.slice(0, -4) + (genuine.endsWith('AAAA') ? 'BBBB' : 'AAAA')
  const ofNoKey = `cpk_!${genuine.slice(5)}`
  const others = [mint(), forged, ofNoKey, `${genuine}x`, '', 'text', 'x'.repeat(5_000)]
  for (const token of others) {
    expect(await statementsFor(token), token.slice(0, 60)).toEqual(expected)
  }
  // With imported keys, each token may be one of theirs too.
  const patterns = parseTokenPatterns('["^old_[0-9]{8}$"]')
  const importedTokens = createImportedTokens(patterns.ok ? patterns.value : null, deps.tokenKeys)
  const withImported = { ...deps, importedTokens }
  const longer = await statementsFor(genuine, withImported)
  expect(longer).not.toEqual(expected)
  for (const token of [...others, 'old_12345678', 'old_1234567']) {
    expect(await statementsFor(token, withImported), token.slice(0, 60)).toEqual(longer)
  }
})
