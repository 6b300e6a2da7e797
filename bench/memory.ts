// What the worker holds in memory after it has met many keys, and many forged tokens: the resident set of
// workerd itself. KV, the authorities and the upstream are servers of their own. The heap has Cloudflare's limit, and the
// idle state is that after as much traffic as the runtime needs to grow to the size that it then keeps.

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Secrets } from '../harness/secrets.ts'
import { encodeKeyRecord, UNRESTRICTED } from '../src/keys/key-record.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../src/keys/token.ts'
import { startNginx, startNginxUpstream } from './nginx.ts'
import { residentMegabytes } from './accounting.ts'
import { importRings } from './seed-database.ts'
import { startWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

interface MemoryOptions {
  /** With the built worker; for the configuration and the tokens too. */
  readonly dir: string
  readonly secrets: Secrets
  /** How many keys are met, each once. */
  readonly genuine: number
  readonly forged: number
}

interface State {
  readonly state: string
  readonly megabytes: number
}

const GOAL_MB = 100
/** A worker that does nothing but answer grows by 200 MB in its first 100 000 requests, and then no more. */
const WARM_UP = 100_000
/** https://developers.cloudflare.com/workers/platform/limits/ */
const HEAP_MB = 128
const CONNECTIONS = 16
/** wrk tries the script once, and has as many requests on their way as connections when it ends. */
const SPARE = 1 + CONNECTIONS
/** wrk is given a time and no number: its script ends it before, or says that it could not. */
const MOST_SECONDS = 1_800

const RECORD = encodeKeyRecord({
  kind: 'live',
  revision: 1,
  keyId: 'key_$1',
  accountId: 'acc_$1',
  accountStatus: 'active',
  ipAcl: ['192.0.2.0/24'],
  ipAclMode: 'enforce',
  ...UNRESTRICTED,
})
const HELD = JSON.stringify({ state: 'holds', revision: 1, gone: false, record: RECORD })
/** For any name, a record that has ids of its own: the cache and the assertions go by them. */
const STORES = `location ~ "^/key:(.+)$" { return 200 ${quoted(RECORD)}; }
location ~ "^/authority/(.+)/fetch$" { return 200 ${quoted(HELD)}; }`

/** The rows of the table. */
export async function measureMemory({ dir, secrets, genuine, forged }: MemoryOptions) {
  const { tokenKeys } = await importRings(secrets)
  const mint = () => {
    const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
    return mintToken('cpk_', tokenKeys, random).token
  }
  const one = mint()
  const oneKey = writeTokens(join(dir, 'one-key'), WARM_UP, () => one)
  const manyKeys = writeTokens(join(dir, 'many-keys'), genuine, mint)
  const stops: (() => Promise<void>)[] = []
  try {
    const upstream = await startNginxUpstream(join(dir, 'upstream'))
    stops.push(upstream.stop)
    const stores = await startNginx({ dir: join(dir, 'stores'), server: STORES })
    stops.push(stores.stop)
    const { host } = new URL(stores.url)
    const workerd = await startWorkerd({
      dir,
      variables: {
        ...secrets,
        UPSTREAM_URL: upstream.url,
        LIBSQL_URL: 'http://127.0.0.1:9', // never asked: the authorities know every key
      },
      kvAddress: host,
      authorityAddress: host,
      heapMegabytes: HEAP_MB,
    })
    stops.push(workerd.stop)

    const started = toState('just started', workerd)
    await request(workerd, 200, WARM_UP, oneKey)
    const idle = toState(`idle, after ${WARM_UP} requests with one key`, workerd)
    await request(workerd, 200, genuine, manyKeys)
    const met = toState(`after ${genuine} keys, each once`, workerd)
    await request(workerd, 401, forged)
    const refused = toState(`after ${forged} forged tokens`, workerd)
    return [toRow(started), toRow(idle), toRow(met, idle), toRow(refused, idle)]
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

/** A token for each of so many requests; answers the file. */
function writeTokens(file: string, count: number, token: () => string): string {
  writeFileSync(file, Array.from({ length: count + SPARE }, token).join('\n'))
  return file
}

/** So many requests that are answered with the status; with the tokens of a file, or forged ones. */
async function request(
  { url }: Workerd,
  status: number,
  count: number,
  ...file: readonly string[]
): Promise<void> {
  const load = ['-t', '1', '-c', String(CONNECTIONS), '-d', `${MOST_SECONDS}s`]
  const script = ['-s', join(import.meta.dirname, 'tokens.lua'), `${url}/customer`, '--']
  const began = performance.now()
  const args = [...load, ...script, String(status), String(count), ...file]
  const running = promisify(execFile)('wrk', args)
  const kill = () => running.child.kill()
  process.once('exit', kill)
  await running.finally(() => process.off('exit', kill))
  const perSecond = Math.round((1_000 * count) / (performance.now() - began))
  console.error(`Answered with ${status}: ${count} requests, ${perSecond} a second`)
}

function toState(state: string, { pid }: Workerd): State {
  return { state, megabytes: residentMegabytes(pid) }
}

function toRow({ state, megabytes }: State, idle?: State) {
  const resident = { state, 'resident, MB': Math.round(megabytes) }
  if (idle === undefined) return resident
  const growth = megabytes - idle.megabytes
  return {
    ...resident,
    'growth, MB': Math.round(growth),
    'goal, MB': GOAL_MB,
    met: growth < GOAL_MB ? 'yes' : 'no',
  }
}

/** For nginx, which reads a backslash as we do. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\')}'`
}
