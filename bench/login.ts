// `npm run bench -- login`: how long a log-in takes for an unknown e-mail and for a wrong password, in turn,
// and how often who guesses by the clock alone would be right (half the time: the clock tells nothing).

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildProduct } from '../harness/build.ts'
import { migrateDatabase } from '../harness/migrate.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { startSqld } from '../harness/sqld.ts'
import { startLocalWorker } from '../harness/worker.ts'
import { operatorCall } from '../harness/customer.ts'

const PERCENTILES = [1, 5, 25, 50, 75, 95, 99]
const EMAIL = 'known@example.com'
const API = '/admin/api/v1'

const { values } = parseArgs({
  options: { attempts: { type: 'string', default: '300' } },
  allowPositionals: true,
})
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-bench-'))
const [sqld, secrets] = await Promise.all([
  startSqld(join(dir, 'libsql'), join(dir, 'libsql.log')),
  makeSecrets(),
  buildProduct(dir),
])
await migrateDatabase(sqld.url, undefined)
const variables = { ...secrets, LIBSQL_URL: sqld.url, UPSTREAM_URL: 'http://127.0.0.1:9' }
const worker = await startLocalWorker({ bundleDir: dir, variables })

try {
  const account = { email: EMAIL, name: 'Known', password: 'the right password' }
  const made = await operatorCall(worker.url, secrets.OPERATOR_TOKEN, 'POST', '/accounts', account)
  if (made.status !== 201) throw new Error(`The account was answered ${made.status}`)
  const times: Record<'unknown e-mail' | 'wrong password', number[]> = {
    'unknown e-mail': [],
    'wrong password': [],
  }
  for (let i = 0; i < Number(values.attempts) + 5; i++) {
    const unknown = await timedLogIn(`unknown-${i}@example.com`, i)
    const wrong = await timedLogIn(EMAIL, i)
    if (i < 5) continue // warming up
    times['unknown e-mail'].push(unknown)
    times['wrong password'].push(wrong)
  }
  console.table(
    Object.fromEntries(Object.entries(times).map(([name, list]) => [name, percentiles(list)])),
  )
  const right = guessedRight(times['unknown e-mail'], times['wrong password'])
  console.log(`Guessed right by the clock: ${(right * 100).toFixed(1)} % of the time`)
} finally {
  await worker.stop()
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
}

/** Milliseconds to the end of the answer; each attempt comes from an address of its own, so none waits. */
async function timedLogIn(email: string, attempt: number): Promise<number> {
  const began = performance.now()
  const answer = await fetch(`${worker.url}${API}/session`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'CF-Connecting-IP': `10.0.${attempt >> 8}.${attempt & 255}`,
    },
    body: JSON.stringify({ email, password: 'the wrong password' }),
  })
  await answer.arrayBuffer()
  if (answer.status !== 401) throw new Error(`A log-in was answered ${answer.status}`)
  return performance.now() - began
}

function percentiles(list: readonly number[]): Record<string, number> {
  const sorted = list.toSorted((a, b) => a - b)
  const entries = PERCENTILES.map((percent) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
    return [`p${percent}, ms`, Math.round((value ?? 0) * 10) / 10] as const
  })
  return Object.fromEntries(entries)
}

/** Of all pairs of one time of each kind, how many a guess "the longer one is known" gets right; or its opposite. */
function guessedRight(unknown: readonly number[], wrong: readonly number[]): number {
  const longer = unknown.flatMap((a) => wrong.filter((b) => b > a)).length
  const share = longer / (unknown.length * wrong.length)
  return Math.max(share, 1 - share)
}
