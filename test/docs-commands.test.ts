// The commands of the documents that need nothing but this machine, run as they are written, in a checkout
// with the product that the backup drill starts. Hosts, tokens and what a reader fills in are put in.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { freePort } from '../harness/free-port.ts'
import { childrenOf, commandOf } from '../harness/processes.ts'
import { PROJECT_DIR } from '../harness/project-dir.ts'
import { parseEventSecrets } from '../src/configuration/event-secrets.ts'
import { source } from './support/code-names.ts'
import { documented } from './support/documents.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const EMAIL = 'demo@example.com'
const CHECKOUT = ['package.json', 'node_modules', 'scripts', 'src', 'docs', 'wrangler.toml']

let dir: string
let product: ChildProcess
/** The server of the drill, once it was started again. */
let server: ChildProcess | undefined
let libsqlUrl: string
/** What the product prints: its address, the log-in and a token. */
let url: string
let password: string
let token: string

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'portal-gateway-docs-'))
  for (const name of CHECKOUT) symlinkSync(join(PROJECT_DIR, name), join(dir, name))
  libsqlUrl = `http://127.0.0.1:${await freePort()}`
  product = spawn('bash', ['-c', filledIn(documented('docs/operate/backup.md', 'SQLD='))], {
    cwd: dir,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const said = await untilReady(product)
  url = /^Ready on (\S+)$/m.exec(said)?.[1] ?? ''
  password = /password (\S+)$/m.exec(said)?.[1] ?? ''
  token = /Token (\S+)'/.exec(said)?.[1] ?? ''
})
afterAll(() => {
  for (const { pid } of [product, ...(server === undefined ? [] : [server])])
    process.kill(-(pid ?? 0), 'SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

function untilReady({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/^Ready on .*\n/m.test(said)) resolve(said)
    })
    stdout?.once('end', () => reject(new Error(`The product of the drill did not start: ${said}`)))
  })
}

/** The command with what a reader has of their own in the place of what the page shows. */
function filledIn(command: string): string {
  return command
    .replaceAll(/https:\/\/gateway\.example(?:\.com)?|http:\/\/127\.0\.0\.1:8787/g, url)
    .replaceAll('127.0.0.1:8080', new URL(libsqlUrl).host)
    .replaceAll('cpk_…', token)
    .replaceAll('"password":"…"', `"password":"${password}"`)
}

interface Ran {
  readonly code: number
  readonly out: string
}

function run(command: string): Promise<Ran> {
  const env = {
    ...process.env,
    PORT: new URL(url).port,
    OPERATOR_TOKEN: secrets()['OPERATOR_TOKEN'],
    LIBSQL_URL: libsqlUrl,
    LIBSQL_HTTP_URL: libsqlUrl,
    LIBSQL_AUTH_TOKEN: 'none is asked for',
  }
  return new Promise((resolve) => {
    const args = ['-euo', 'pipefail', '-c', filledIn(command)]
    execFile('bash', args, { cwd: dir, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out + (error ? err : '') })
    })
  })
}

/** The JSON that a command prints, where it ends with 0. */
async function jsonOf(command: string): Promise<Record<string, unknown>> {
  const { code, out } = await run(command)
  expect(code, out).toBe(0)
  return JSON.parse(out) as Record<string, unknown>
}

function secrets(): Record<string, string> {
  return JSON.parse(readFileSync(join(dir, 'drill/data/secrets.json'), 'utf8'))
}

it.each([
  ['README.md', documented('README.md', 'Token cpk_')],
  ['using a key', documented('docs/integrate/using-a-key.md', 'example/customer')],
  ['deploying', documented('docs/operate/deploying.md', 'Token cpk_')],
])('a first request: %s', async (_, command) => {
  const { headers } = await jsonOf(command)
  expect(headers).toMatchObject({ 'x-portal-account': expect.stringMatching(/^acc_/) })
  expect(headers).not.toHaveProperty('authorization')
})

it('the question whether a key works', async () => {
  const held = await jsonOf(documented('docs/integrate/using-a-key.md', 'api/v1/key'))
  expect(held).toMatchObject({ token: 'current', key: { platform: 'server' } })
})

it('a report of a leaked token, here of a text that is none', async () => {
  const command = documented('docs/integrate/leaks.md', 'api/v1/leaks').replace('cpk_…', 'text')
  expect(await jsonOf(command)).toEqual({ received: 1 })
})

it('a first call of a client', async () => {
  const ran = await run(documented('docs/integrate/client-libraries.md', 'client.mjs GET'))
  expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/^200\n/) })
})

it('a session and a key', async () => {
  const { code, out } = await run(documented('docs/integrate/admin-api.md', '$API/keys'))
  expect(code, out).toBe(0)
  expect(out).toMatch(/"email":"demo@example.com".*"access_token":"cpk_[0-9A-Za-z]{44}"/s)
})

it('the secrets of a deployment', async () => {
  const command = documented('docs/operate/deploying.md', 'umask').replaceAll(
    'secrets.json',
    'new.json',
  )
  expect(await run(command)).toEqual({ code: 0, out: '' })
  const file = join(dir, 'new.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('TOKEN_KEYS')
})

it('an account of the operator, its audit and its suspension', async () => {
  symlinkSync(join(dir, 'drill/data/secrets.json'), join(dir, 'secrets.json'))
  const create = documented('docs/operate/deploying.md', 'operator/accounts')
    .replace('"email":"…"', '"email":"new@example.com"')
    .replace('"name":"…"', '"name":"New"')
  const { id } = await jsonOf(create)
  const ofAccount = (command: string) => command.replace('acc_…', String(id))
  const audit = ofAccount(documented('docs/operate/runbook.md', 'operator/audit'))
  expect(await jsonOf(audit)).toMatchObject({
    events: [{ action: 'account.create', account_id: id }],
  })
  const user = ofAccount(documented('docs/operate/users.md', '/users'))
  expect(await jsonOf(user)).toMatchObject({ email: 'grace@example.com', role: 'manager' })
  const suspend = ofAccount(documented('docs/operate/runbook.md', 'suspended'))
  const [limit] = /\{"rate_limit":.*\}\}/.exec(source('docs/operate/runbook.md')) ?? ['']
  expect(await jsonOf(suspend.replace('{"status":"suspended"}', limit))).toMatchObject({
    rate_limit: { requests: 100, per_seconds: 1 },
  })
  expect(await jsonOf(suspend)).toMatchObject({ id, status: 'suspended' })
})

it('what would be decided otherwise', async () => {
  const list = documented('docs/operate/switching-over.md', 'operator/shadow')
  expect(await jsonOf(list)).toMatchObject({ since: null, judged: 0, next_cursor: null })
})

it('events that were not taken', async () => {
  const list = documented('docs/operate/runbook.md', 'operator/events')
  expect(await jsonOf(list)).toMatchObject({ events: expect.any(Array), next_cursor: null })
  const retry = documented('docs/operate/events.md', 'operator/events/retry')
  expect(await jsonOf(retry)).toEqual({ retried: 0 })
  const { code, out } = await run(documented('docs/operate/events.md', 'whsec_'))
  expect(code, out).toBe(0)
  expect(parseEventSecrets(out.trim())).toHaveLength(1)
})

it.each([
  documented('docs/operate/monitoring.md', '/health'),
  documented('docs/operate/runbook.md', '/health'),
])('the health of the gateway: %s', async (command) => {
  expect(await jsonOf(command)).toMatchObject({ status: 'ok', libsql: 'ok' })
})

it('the database, asked directly', async () => {
  const answer = await jsonOf(documented('docs/operate/runbook.md', '/v2/pipeline'))
  expect(answer).toMatchObject({ results: [{ type: 'ok' }] })
})

it('the backup drill', async () => {
  const cookie = await logIn()
  const [a, b] = [await createKey(cookie, 'A'), await createKey(cookie, 'B')]
  expect([await statusOf(a), await statusOf(b)]).toEqual([200, 200])

  expect((await run(documented('docs/operate/backup.md', '8080/dump'))).code).toBe(0)
  expect((await run(documented('docs/operate/backup.md', '$LIBSQL_HTTP_URL/dump'))).code).toBe(0)
  expect((await run(documented('docs/operate/backup.md', 'tail'))).out).toBe('COMMIT;\n')

  await call(cookie, 'DELETE', `/keys/${a.id}`)
  const c = await createKey(cookie, 'C')
  const all = async () => [await statusOf(a), await statusOf(b), await statusOf(c)]
  expect(await all()).toEqual([401, 200, 200])

  endServer()
  await run(documented('docs/operate/backup.md', 'rm -r'))
  expect(await statusOf(b)).toBe(200)
  server = startServer()
  await vi.waitUntil(async () => (await fetch(`${libsqlUrl}/health`).catch(() => null))?.ok, 10_000)
  expect(await run(documented('docs/operate/backup.md', 'executeMultiple'))).toEqual({
    code: 0,
    out: '',
  })
  await growOld()
  expect(await all()).toEqual([401, 200, 200])

  const looked = await run('DATA_DIR=drill/data npm run doctor')
  expect(looked.code).toBe(1)
  expect(looked.out).toMatch(new RegExp(`${a.id}.*resurrected`))
  expect(looked.out).toMatch(new RegExp(`${c.id}.*orphan`))
  const repaired = await run('DATA_DIR=drill/data npm run doctor -- --repair')
  expect(repaired.code, repaired.out).toBe(0)
  expect(await run(documented('docs/operate/backup.md', '.com --repair'))).toMatchObject({
    code: 0,
  })
  expect(await all()).toEqual([401, 200, 401])
})

interface Key {
  readonly id: string
  readonly access_token: string
}

async function logIn(): Promise<string> {
  const answer = await call('', 'POST', '/session', { email: EMAIL, password })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

async function createKey(cookie: string, name: string): Promise<Key> {
  const input = { application_name: name, platform: 'server', password }
  const answer = await call(cookie, 'POST', '/keys', input)
  return await answer.json<Key>()
}

function call(cookie: string, method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${url}/admin/api/v1${path}`, {
    method,
    headers: { Cookie: cookie, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function statusOf({ access_token }: Key): Promise<number> {
  const headers = { Authorization: `Token ${access_token}` }
  return (await fetch(`${url}/customer`, { headers })).status
}

/** In the place of the drill's two minutes, after which KV has what the backup has. */
async function growOld(): Promise<void> {
  const client = createClient({ url: libsqlUrl })
  await client.execute(
    'UPDATE api_keys SET revised_at = revised_at - 120000, published_revision = revision',
  )
  client.close()
}

function endServer(): void {
  const pid = childrenOf(product.pid ?? 0).find((child) => commandOf(child).includes('--db-path'))
  expect(pid).toBeDefined()
  process.kill(pid ?? 0, 'SIGKILL')
}

/** As in the drill's first two lines. */
function startServer(): ChildProcess {
  const lines = documented('docs/operate/backup.md', 'SQLD=').split('\n').slice(0, 2)
  const command = filledIn(lines.join('\n').replace(/&$/, ''))
  return spawn('bash', ['-c', command], { cwd: dir, stdio: 'ignore', detached: true })
}
