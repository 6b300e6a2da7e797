import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { startSqld } from '../../harness/sqld.ts'
import { logIn } from '../../harness/customer.ts'
import { send } from '../../harness/http.ts'

/** What a checkout holds that is run; the packages are linked. */
const CHECKOUT = [
  'package.json',
  'wrangler.toml',
  'tsconfig.json',
  'scripts',
  'harness',
  'src',
  'drizzle',
]

let dir: string
/** A checkout of the user's own, which they may not write to. */
let checkout: string
const running = new Set<ChildProcess>()

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'portal-gateway-checkout-'))
  for (const name of CHECKOUT)
    cpSync(join(PROJECT_DIR, name), join(checkout, name), { recursive: true })
  symlinkSync(join(PROJECT_DIR, 'node_modules'), join(checkout, 'node_modules'))
})
afterAll(() => rmSync(checkout, { recursive: true }))

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'portal-gateway-start-'))
})
afterEach(async () => {
  for (const child of running) await end(child, 'SIGKILL')
  for (const pid of leftBehind()) process.kill(Number(pid), 'SIGKILL')
  rmSync(dir, { recursive: true, force: true })
})

interface Started {
  readonly child: ChildProcess
  readonly url: string
  readonly output: string
  /** What it wrote to standard error since. */
  readonly errors: () => string
}

/** `npm start` as a user types it, in a process group of its own. */
function npmStart(variables: Record<string, string>) {
  const child = spawn('npm', ['start', '--silent'], {
    cwd: checkout,
    env: {
      ...process.env,
      HOME: join(dir, 'home'), // which is not there
      PORT: '0',
      DATA_DIR: join(dir, 'data'),
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const output = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.err += text))
  return { child, output }
}

async function untilReady(variables: Record<string, string> = {}): Promise<Started> {
  const { child, output } = npmStart(variables)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const ready = /^Ready on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(output.out)
      if (ready?.[1] !== undefined) resolve(ready[1])
    })
    child.once('exit', () => reject(new Error(`Ended before it was ready: ${output.err}`)))
  })
  return { child, url, output: output.out, errors: () => output.err }
}

async function failure(variables: Record<string, string>) {
  const { child, output } = npmStart(variables)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines: output.err.trim().split('\n') }
}

/** Answers the exit code. */
async function end(
  child: ChildProcess,
  signal: NodeJS.Signals,
  group = true,
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  process.kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), signal)
  const [code] = (await exited) as [number | null]
  return code
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The processes that have the data folder of this test in their environment or arguments. */
function leftBehind(): string[] {
  if (process.platform !== 'linux') return []
  const { readdirSync } = process.getBuiltinModule('node:fs')
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => {
      try {
        const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
        return `${read('cmdline')}${read('environ')}`.includes(dir)
      } catch {
        return false // it ended meanwhile, or is a kernel thread
      }
    })
}

describe('npm start', () => {
  it('prints a log-in and a curl line that work, and keeps its data over a restart', async () => {
    const files = globSync('{*,{scripts,harness,src,drizzle}/**}', { cwd: checkout })
    const first = await untilReady()
    // A user who owns neither can start it.
    expect(globSync('{*,{scripts,harness,src,drizzle}/**}', { cwd: checkout })).toEqual(files)
    expect(existsSync(join(dir, 'home'))).toBe(false)
    expect(first.output.trim().split('\n').at(-1)).toBe(`Ready on ${first.url}`)
    expect(first.output).toContain(`${first.url}/admin/`)

    const curl = /^Try it +(curl .+)$/m.exec(first.output)?.[1] ?? ''
    const { stdout } = spawn('sh', ['-c', `${curl} --silent`])
    let answer = ''
    for await (const text of stdout.setEncoding('utf8')) answer += text as string
    const echoed = JSON.parse(answer) as { url: string; headers: Record<string, string> }
    expect(echoed.url).toBe('/customer')
    expect(echoed.headers['x-portal-account']).toMatch(/^acc_/)
    expect(echoed.headers).not.toHaveProperty('authorization')

    const [, email = '', password = ''] =
      /^Demo log-in +(\S+) +password (\S+)$/m.exec(first.output) ?? []
    const Cookie = await logIn(first.url, email, password)
    const list = await send(`${first.url}/admin/api/v1/keys`, { headers: { Cookie } })
    expect(await end(first.child, 'SIGTERM', false)).toBe(0)
    expect(leftBehind()).toEqual([])
    expect(existsSync(join(dir, 'data/lock'))).toBe(false)

    const secrets = join(dir, 'data/secrets.json')
    const { mtimeMs } = statSync(secrets)
    const second = await untilReady()
    expect(statSync(secrets).mtimeMs).toBe(mtimeMs)
    const curlAgain = /^Try it +(curl .+)$/m.exec(second.output)?.[1]
    expect(curlAgain?.replace(second.url, '')).toBe(curl.replace(first.url, ''))
    const again = await send(`${second.url}/admin/api/v1/keys`, { headers: { Cookie } })
    expect(again.json).toEqual(list.json)
    await end(second.child, 'SIGINT')
    expect(leftBehind()).toEqual([])
  })

  it('uses a libSQL server, an upstream and the tokens that it is given', async () => {
    const sqld = await startSqld(join(dir, 'own-libsql'), join(dir, 'own-libsql.log'))
    try {
      const started = await untilReady({
        LIBSQL_URL: sqld.url,
        OPERATOR_TOKEN: 'an-operator-token',
        METRICS_TOKEN: 'prometheus:a-token-of-prometheus',
        ADMIN_HOST: 'keys.localhost',
        TOKEN_PREFIX: 'acme',
        UPSTREAM_URL: 'http://127.0.0.1:9/',
      })
      expect(started.output).toContain('http://keys.localhost:')
      expect(started.output).toMatch(/Token acme_[0-9A-Za-z]{44}'/)
      const { port } = new URL(started.url)
      const accounts = await send(`${started.url}/admin/api/v1/operator/accounts`, {
        headers: { Host: `keys.localhost:${port}`, Authorization: 'Bearer an-operator-token' },
      })
      expect(accounts.json['accounts']).toHaveLength(1)
      const metrics = await send(`${started.url}/admin/api/v1/operator/metrics`, {
        headers: { Host: `keys.localhost:${port}`, Authorization: 'Bearer a-token-of-prometheus' },
      })
      expect(metrics.text).toContain('portal_gateway_requests')
      await end(started.child, 'SIGTERM')
    } finally {
      await sqld.stop()
    }
  })

  it('brings an identity provider with people of its own', async () => {
    const started = await untilReady({ IDENTITY: 'demo-oidc', OPERATOR_TOKEN: 'an-operator-token' })
    const [, issuer = ''] = /^Demo log-in +at (\S+),/m.exec(started.output) ?? []
    expect(started.output).toContain('Open the API Keys page, log in, and create one.')
    const begun = await send(`${started.url}/admin/log-in`)
    expect(begun.status).toBe(303)
    expect(String(begun.headers.location)).toContain(`${issuer}/auth?client_id=`)
    const asked = await fetch(String(begun.headers.location), { redirect: 'manual' })
    expect(asked.headers.get('location')).toMatch(/^\/interaction\//)
    const accounts = await send(`${started.url}/admin/api/v1/operator/accounts`, {
      headers: { Authorization: 'Bearer an-operator-token' },
    })
    expect(accounts.json).toMatchObject({ accounts: [{ external_id: 'demo', status: 'active' }] })
    expect(await end(started.child, 'SIGTERM')).toBe(0)
    expect(leftBehind()).toEqual([])
  })

  it('says what to do next where people come from a provider elsewhere', async () => {
    const started = await untilReady({
      IDENTITY: 'oidc',
      OIDC_ISSUER: 'http://127.0.0.1:9',
      OIDC_CLIENT_ID: 'portal-gateway',
      OIDC_CLIENT_SECRET: 'secret-word',
    })
    for (const line of [
      /^Log-in +at http:\/\/127\.0\.0\.1:9, which must allow \S+\/admin\/log-in\/callback$/m,
      /^Next +Make the account of the person first\. There is no API key yet\. Open the API Keys page, log in, and create one\.$/m,
      /^ +Then: curl -H 'Authorization: Token <the access token>' http:\S+\/customer$/m,
    ]) {
      expect(started.output).toMatch(line)
    }
    expect(started.output).not.toContain('secret-word')
    expect(await end(started.child, 'SIGTERM')).toBe(0)
  })

  it.each([
    ['OIDC_CLIENT_SECRET', { IDENTITY: 'oidc', OIDC_CLIENT_SECRET: 'secret-word\n' }],
    ['PORT', { PORT: 'http' }],
    ['LIBSQL_URL', { LIBSQL_URL: 'http://127.0.0.1:9', LIBSQL_AUTH_TOKEN: 'secret-word\n' }],
    ['DATA_DIR', { DATA_DIR: '/proc/no-such-folder' }],
  ])('refuses a nonsense %s in one line (%j)', async (name, variables) => {
    const { code, lines } = await failure(variables)
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(name)
    expect(lines[0]).not.toContain('secret-word')
    expect(leftBehind()).toEqual([])
  })

  it('refuses a port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const { code, lines } = await failure({ PORT: String(port) })
    server.close()
    expect(code).toBe(1)
    expect(lines).toEqual([`PORT ${port} is in use: choose another, as in "PORT=8788 npm start"`])
  })

  it('refuses a DATA_DIR that another one has, and takes one that was left behind', async () => {
    const first = await untilReady()
    const { code, lines } = await failure({})
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('DATA_DIR is in use by process')
    await end(first.child, 'SIGTERM')

    writeFileSync(join(dir, 'data/lock'), '4194305') // above the kernel's greatest process id
    const third = await untilReady()
    await end(third.child, 'SIGTERM')
  })

  it('ends what a killed run left behind', async () => {
    const first = await untilReady()
    const pidIn = (file: string) => Number.parseInt(readFileSync(join(dir, 'data', file), 'utf8'))
    const killed = pidIn('worker-state.pid')
    process.kill(killed, 'SIGKILL')
    await expect
      .poll(first.errors)
      .toContain('The Workers runtime ended by itself, and was started')
    expect(pidIn('worker-state.pid')).not.toBe(killed)

    const exited = once(first.child, 'exit')
    process.kill(pidIn('lock'), 'SIGKILL')
    await exited
    const left = ['libsql.pid', 'worker-state.pid'].map(pidIn)
    expect(left.map(exists)).toEqual([true, true])
    const second = await untilReady({ PORT: new URL(first.url).port })
    while (left.some(exists)) await new Promise((resolve) => setTimeout(resolve, 10))
    await end(second.child, 'SIGTERM')
    expect(leftBehind()).toEqual([])
  })

  it('brings back a demo account that was suspended, and a token of another prefix', async () => {
    const first = await untilReady({ OPERATOR_TOKEN: 'op' })
    const headers = { Authorization: 'Bearer op', 'Content-Type': 'application/json' }
    const accounts = `${first.url}/admin/api/v1/operator/accounts`
    const [demo] = (await send(accounts, { headers })).json['accounts'] as { id: string }[]
    const body = JSON.stringify({ status: 'suspended' })
    expect((await send(`${accounts}/${demo?.id}`, { method: 'PATCH', headers, body })).status).toBe(
      200,
    )
    await end(first.child, 'SIGTERM')

    const second = await untilReady({ TOKEN_PREFIX: 'other' })
    const token = /Token (other_\w+)'/.exec(second.output)?.[1] ?? ''
    const used = await send(`${second.url}/x`, { headers: { 'X-API-Key': token } })
    expect(used.status).toBe(200)
    await end(second.child, 'SIGTERM')
  })

  it('refuses a DATA_DIR that is a file', async () => {
    writeFileSync(join(dir, 'file'), '')
    const { code, lines } = await failure({ DATA_DIR: join(dir, 'file') })
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('DATA_DIR')
  })
})
