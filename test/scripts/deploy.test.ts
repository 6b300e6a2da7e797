// `npm run deploy` up to the point where it uploads: a stand-in for Cloudflare's API tells which secrets are
// set and counts what it is asked.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/web'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { type Sqld, startSqld } from '../../harness/sqld.ts'
import { readConfiguration } from '../../scripts/deployment/configuration.ts'
import { valueFaults } from '../../scripts/deployment/secret-values.ts'
import { importSecrets } from '../../src/configuration/secrets.ts'
import { NONCE_BYTES, sealToken } from '../../src/keys/sealed-token.ts'
import { mintToken, TOKEN_RANDOM_BYTES } from '../../src/keys/token.ts'

/** Each test starts wrangler several times. */
vi.setConfig({ testTimeout: 120_000 })

let dir: string
let sqld: Sqld
let api: Server
/** Method and path of what Cloudflare was asked. */
const asked: string[] = []
/** The secrets that Cloudflare has. */
let deployed: readonly string[] | undefined
let secrets: Awaited<ReturnType<typeof makeSecrets>>

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'portal-gateway-deploy-'))
  sqld = await startSqld(join(dir, 'libsql'), join(dir, 'libsql.log'))
  secrets = await makeSecrets()
  api = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const isList = request.method === 'GET' && request.url?.endsWith('/secrets') === true
    const known = isList && deployed !== undefined
    const result = known ? deployed?.map((name) => ({ name, type: 'secret_text' })) : null
    const errors = known ? [] : [{ code: 10007, message: 'This Worker does not exist' }]
    response.writeHead(known ? 200 : 404, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ success: known, errors, messages: [], result }))
  }).listen(0, '127.0.0.1')
  await once(api, 'listening')
})
afterAll(async () => {
  api.close()
  await sqld.stop()
  rmSync(dir, { recursive: true, force: true })
})
beforeEach(() => {
  asked.length = 0
  deployed = undefined
})

/** A wrangler.toml as a deployer leaves it, with further changes. */
function configFile(change: (text: string) => string = (text) => text): string {
  const text = readFileSync(join(PROJECT_DIR, 'wrangler.toml'), 'utf8')
    .replace('src/index.ts', join(PROJECT_DIR, 'src/index.ts'))
    .replace('./dist/page', join(PROJECT_DIR, 'dist/page'))
    .replace('0'.repeat(32), 'c0ffee'.padEnd(32, '1'))
    .replace('libsql://portal-gateway.example.turso.io', sqld.url)
  const file = join(dir, 'wrangler.toml')
  writeFileSync(file, change(text))
  return file
}

function secretsFile(values: object): string {
  const file = join(dir, 'secrets.json')
  writeFileSync(file, JSON.stringify(values))
  return file
}

async function deploy(...args: string[]) {
  const { LIBSQL_AUTH_TOKEN: _, ...env } = process.env
  const child = spawn(process.execPath, [join(PROJECT_DIR, 'scripts/deploy.ts'), ...args], {
    env: {
      ...env,
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
      CLOUDFLARE_API_TOKEN: 'token-of-nobody',
      CLOUDFLARE_ACCOUNT_ID: 'a'.repeat(32),
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_LOG_PATH: join(dir, 'wrangler-logs'),
    },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

async function tables(): Promise<string[]> {
  const client = createClient({ url: sqld.url })
  const { rows } = await client.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
  client.close()
  return rows.map(({ name }) => String(name))
}

describe('npm run deploy -- --dry-run', () => {
  it('builds what is in the repository, says what is left to do, and asks nobody', async () => {
    const { code, output } = await deploy('--dry-run')
    expect(code, output).toBe(0)
    expect(output).toContain('KEYS has no KV namespace')
    expect(output).toContain('LIBSQL_URL is the example')
    expect(output).toContain('TOKEN_KEYS is not given with --secrets-file')
    expect(output).toContain('--dry-run: exiting now')
    expect(asked).toEqual([])
  })

  it('takes secrets as JSON alone, which wrangler sends as it was checked', async () => {
    const file = join(dir, 'secrets.env')
    writeFileSync(file, `OPERATOR_TOKEN=${'hidden'.repeat(4)}\n`)
    const { code, output } = await deploy('--dry-run', '--secrets-file', file)
    expect(code).toBe(1)
    expect(output).toContain('it is no JSON')
    expect(output).not.toContain('hidden')
    expect(asked).toEqual([])
  })

  it('fails where what is given is no good', async () => {
    const file = secretsFile({ ...secrets, TOKEN_KEYS: 'A:hidden', OPERATOR_TOKEN: 'hidden' })
    const { code, output } = await deploy('--dry-run', '--secrets-file', file)
    expect(code).toBe(1)
    expect(output).toContain('TOKEN_KEYS is unreadable: entry 1')
    expect(output).toContain('OPERATOR_TOKEN must have 22 characters')
    expect(output).not.toContain('hidden')
    expect(asked).toEqual([])
  })
})

describe('npm run deploy', () => {
  /** A line before the first table, and text behind all of them. */
  const top = (line: string) => (text: string) =>
    text.replace('send_metrics', `${line}\nsend_metrics`)
  const behind = (more: string) => (text: string) => `${text}\n${more}\n`
  const instead = (from: string, to: string) => (text: string) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }
  const variable = (line: string) => instead('[vars]', `[vars]\n${line}`)
  const upstream = (url: string) => instead('https://api.commpeak.com', url)

  it.each([
    ['KEYS', instead('c0ffee', 'coffee')],
    ['KEY_AUTHORITY', instead('"KEY_AUTHORITY"', '"OTHER"')],
    ['KEY_AUTHORITY', instead('class_name = "KeyA', 'script_name = "other"\nclass_name = "KeyA')],
    ['ACCOUNT_KEYS', instead('"ACCOUNT_KEYS"', '"OTHER"')],
    ['AccountKeys in new_sqlite_classes', instead('new_sqlite_classes = ["A', 'new_classes = ["A')],
    ['new_sqlite_classes', instead('new_sqlite_classes', 'new_classes')],
    ['take it away', behind('[[migrations]]\ntag = "v9"\ndeleted_classes = ["KeyAuthority"]')],
    ['PASSWORD_HASHER', instead('"PASSWORD_HASHER"', '"OTHER"')],
    ['PasswordHasher in new_sqlite_classes', instead('["PasswordHasher"]', '["Other"]')],
    ['LOG_IN_RATE', instead('"LOG_IN_RATE"', '"OTHER"')],
    ['cron', instead('"* * * * *"', '"0 * * * *"')],
    ['PREFLIGHT', variable('PREFLIGHT = "x"')],
    // At which addresses requests reach the worker.
    ['workers_dev must be false', instead('workers_dev = false', '')],
    ['workers_dev must be false', instead('workers_dev = false', 'workers_dev = true')],
    ['preview_urls must be false', instead('preview_urls = false', '')],
    ['preview_urls must be false', instead('preview_urls = false', 'preview_urls = true')],
    ['must have no scheme', top('routes = ["https://gw.example.com/*"]')],
    ['must end with "/*"', top('routes = ["gw.example.com"]')],
    ['must end with "/*"', top('routes = ["gw.example.com/v1/*"]')],
    [
      'must end with "/*"',
      top('route = { pattern = "gw.example.com/", zone_name = "example.com" }'),
    ],
    // Who else gets requests.
    ['invocation_logs', instead('invocation_logs = false', '')],
    ['observability.traces', behind('[observability.traces]\nenabled = true')],
    ['logpush', top('logpush = true')],
    ['tail_consumers', behind('[[tail_consumers]]\nservice = "tail"')],
    ['tail_consumers', behind('[[streaming_tail_consumers]]\nservice = "tail"')],
    // What answers without the worker, or far from those who ask.
    ['run_worker_first', instead('run_worker_first = true', '')],
    ['run_worker_first', instead('run_worker_first = true', 'run_worker_first = ["/admin/*"]')],
    ['not_found_handling', instead('"none"', '"single-page-application"')],
    ['html_handling', instead('"auto-trailing-slash"', '"none"')],
    ['dist/page', instead('dist/page', 'dist')],
    ['placement', behind('[placement]\nmode = "smart"')],
    ['placement', behind('[placement]\nregion = "aws:eu-west-1"')],
    ['cache', behind('[cache]\nenabled = true')],
    ['cache', behind('[exports.default]\ntype = "worker"\ncache = { enabled = true }')],
    // On what it runs.
    ['compatibility_date', instead('"2026-11-01"', '"2024-01-01"')],
    ['compatibility_flags', top('compatibility_flags = ["no_nodejs_compat"]')],
    ['limits', behind('[limits]\nsubrequests = 50')],
    ['limits', behind('[limits]\ncpu_ms = 10')],
    ['unsafe', behind('[unsafe.metadata]\nkeep_assets = true')],
    // Values in clear, or that nobody has checked.
    ['TOKEN_KEYS is a secret', variable('TOKEN_KEYS = "x"')],
    ['SESSION_SECRET is a secret', variable('SESSION_SECRET = "x"')],
    ['DEPLOY_TOKEN is a secret', variable('DEPLOY_TOKEN = "x"')],
    ['UPSTREAM_URL must be https', upstream('http://api.commpeak.com')],
    ['UPSTREAM_URL must be https', upstream('http://10.0.0.7:8080/v1')],
    ['UPSTREAM_URL must be https', upstream('http://127.0.0.1.example.com')],
    ['UPSTREAM_URL must be https', upstream('HTTP://localhost.example.com')],
    ['keep_vars', top('keep_vars = true')],
    ['env and previews', behind('[env.staging]\nname = "staging"')],
    ['env and previews', behind('[previews.vars]\nPREFLIGHT = "refuse"')],
  ])('names what keeps it from working or exposes it: %s', async (named, change) => {
    const { faults, variables } = readConfiguration(configFile(change))
    const all = [...faults, ...(await valueFaults(variables, { ...secrets }))]
    const grave = all.filter(({ kind }) => kind !== 'note')
    expect(grave.map(({ detail }) => detail)).toEqual([expect.stringContaining(named)])
  })

  it.each([
    ['http://db.example.com', 1],
    ['libsql://db.example.com', 0],
    ['https://db.example.com', 0],
    ['http://127.0.0.1:8080', 0],
    ['http://[::1]:8080', 0],
    ['http://localhost:8080', 0],
    ['http://db.localhost', 0],
  ])('wants libSQL at %s to be safe on its way (faults: %i)', (url, count) => {
    const { faults } = readConfiguration(configFile((text) => text.replace(sqld.url, url)))
    const grave = faults.filter(({ kind }) => kind !== 'note')
    expect(grave).toHaveLength(count)
    if (count > 0) expect(grave[0]?.detail).toContain('LIBSQL_URL must be https')
  })

  it.each(['ws://db.example.com', 'wss://db.example.com'])(
    'takes no WebSocket: %s',
    async (url) => {
      const { faults, variables } = readConfiguration(
        configFile((text) => text.replace(sqld.url, url)),
      )
      const all = [...faults, ...(await valueFaults(variables, { ...secrets }))]
      expect(all.map(({ detail }) => detail).join()).toContain('LIBSQL_URL must be')
    },
  )

  it.each([
    ['no route, which a custom domain of the dashboard may stand for', '', 1],
    ['a route', 'routes = ["gw.example.com/*"]', 0],
    ['a custom domain', 'routes = [{ pattern = "gw.example.com", custom_domain = true }]', 0],
    ['routes of a zone', 'route = { pattern = "*.example.com/*", zone_name = "example.com" }', 0],
  ])('deploys with %s (notes: %i)', (_, line, notes) => {
    const { faults } = readConfiguration(configFile(top(line)))
    expect(faults.map(({ kind }) => kind)).toEqual(Array(notes).fill('note'))
  })

  it('deploys no environment that CLOUDFLARE_ENV names, which nobody has checked', async () => {
    vi.stubEnv('CLOUDFLARE_ENV', 'staging')
    try {
      const { code, output } = await deploy('--config', configFile())
      expect(code).toBe(1)
      expect(output).toContain('CLOUDFLARE_ENV is set: unset it')
      expect(asked).toEqual([])
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('refuses them before anything is touched', async () => {
    const config = configFile((text) => text.replace('[vars]', '[vars]\nPREFLIGHT = "x"'))
    const { code, output } = await deploy(
      '--config',
      config,
      '--secrets-file',
      secretsFile(secrets),
    )
    expect(code).toBe(1)
    expect(output).toBe('PREFLIGHT must be forward or refuse\n')
    expect(asked).toEqual([])
    expect(await tables()).toEqual([])
  })

  it('names every secret that is neither given nor set, and touches nothing', async () => {
    const { SESSION_KEYS, ASSERTION_KEYS } = secrets
    deployed = ['TOKEN_KEYS', 'LIBSQL_AUTH_TOKEN']
    const file = secretsFile({ SESSION_KEYS })
    const { code, output } = await deploy('--config', configFile(), '--secrets-file', file)
    expect(code).toBe(1)
    expect(output).toMatch(/^ENCRYPTION_KEYS is not set: .*\nASSERTION_KEYS is not set: .*\n$/)
    expect(output).not.toContain(ASSERTION_KEYS)
    expect(asked.filter((line) => !line.startsWith('GET '))).toEqual([])
    expect(await tables()).toEqual([])
  })

  it('takes none for set where the worker was never deployed', async () => {
    const { code, output } = await deploy('--config', configFile())
    expect(code).toBe(1)
    for (const name of ['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS', 'ASSERTION_KEYS']) {
      expect(output).toContain(`${name} is not set`)
    }
    expect(await tables()).toEqual([])
  })

  it('migrates when all is there, and then uploads', async () => {
    deployed = ['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS', 'ASSERTION_KEYS']
    const { code } = await deploy('--config', configFile())
    expect(await tables()).toContain('api_keys')
    // The stand-in knows nothing but secrets, so wrangler fails there; it came that far.
    expect(asked.length).toBeGreaterThan(1)
    expect(code).toBe(1)
  })

  it('leaves a database to the deployment that has it, but for --adopt', async () => {
    deployed = ['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'SESSION_KEYS', 'ASSERTION_KEYS']
    await migrateDatabase(sqld.url, undefined)
    const client = createClient({ url: sqld.url })
    await client.execute("INSERT INTO meta VALUES ('authority_namespace', 'of another')")
    const owners = async () => (await client.execute('SELECT value FROM meta')).rows.length
    await deploy('--config', configFile())
    expect(await owners()).toBe(1)
    await deploy('--config', configFile(), '--adopt', '--dry-run')
    expect(await owners()).toBe(1)
    await deploy('--config', configFile(), '--adopt')
    expect(await owners()).toBe(0)
    client.close()
  })

  it('refuses a ring that lacks a key which live rows name', async () => {
    await migrateDatabase(sqld.url, undefined)
    await insertKeys(sqld.url)
    const next = await makeSecrets()
    const ring = (text: string, id: string) => text.replace(/^A/, id)
    const values = {
      ...secrets,
      TOKEN_KEYS: ring(next.TOKEN_KEYS, 'B'),
      ENCRYPTION_KEYS: ring(next.ENCRYPTION_KEYS, 'C'),
    }
    const config = configFile()
    const refused = await deploy('--config', config, '--secrets-file', secretsFile(values))
    expect(refused.code).toBe(1)
    expect(refused.output).toBe(
      'TOKEN_KEYS lacks the key "A", which 2 live API keys need\n' +
        'ENCRYPTION_KEYS lacks the key "A", which 2 live API keys need\n',
    )
    expect(asked).toEqual([])

    const others = await makeSecrets()
    const renewed = await deploy('--config', config, '--secrets-file', secretsFile(others))
    expect(renewed.code).toBe(1)
    expect(renewed.output).toContain('ENCRYPTION_KEYS has another key "A" than the one that 2 live')
    const renewedRing = { ...secrets, TOKEN_KEYS: others.TOKEN_KEYS }
    const forged = await deploy('--config', config, '--secrets-file', secretsFile(renewedRing))
    expect(forged.output).toContain('TOKEN_KEYS has another key "A" than the one that 2 live')
    expect(asked).toEqual([])

    const both = {
      ...values,
      TOKEN_KEYS: `${values.TOKEN_KEYS},${secrets.TOKEN_KEYS}`,
      ENCRYPTION_KEYS: `${values.ENCRYPTION_KEYS}, ${secrets.ENCRYPTION_KEYS}`,
    }
    const taken = await deploy('--config', config, '--secrets-file', secretsFile(both))
    expect(taken.output).not.toContain('lacks the key')
    expect(asked.length).toBeGreaterThan(0)
  })
})

/** Two live keys and a deleted one, which needs nothing any more. */
async function insertKeys(url: string): Promise<void> {
  const client = createClient({ url })
  const rings = await importSecrets({ ...secrets })
  if (!rings.ok) throw new Error('The secrets are unreadable')
  const { tokenKeys, encryptionKeys } = rings.value
  const key = async (id: number, deleted: boolean) => {
    const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
    const { token, lookupId } = mintToken('cpk_', tokenKeys, random)
    const owner = { keyId: `key_${id}`, accountId: 'acc_1' }
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
    const sealed = await sealToken(encryptionKeys, token, owner, nonce)
    return {
      sql: `INSERT INTO api_keys (id, account_id, lookup_id, token_key, sealed_token,
              application_name, platform, ip_acl, version, revision, published_revision, created_at,
              updated_at, revised_at, deleted_at)
            VALUES (?, 'acc_1', ?, ?, ?, 'x', 'web', '[]', 1, 1, 1, 0, 0, 0, ?)`,
      args: [
        owner.keyId,
        lookupId,
        deleted ? null : 'A',
        deleted ? null : sealed,
        deleted ? 1 : null,
      ],
    }
  }
  await client.batch(
    [
      `INSERT INTO accounts (id, email, email_key, name, status, password_hash, version, created_at, updated_at)
       VALUES ('acc_1', 'a@b.example', 'a@b.example', 'x', 'active', 'x', 1, 0, 0)`,
      ...(await Promise.all([key(1, false), key(2, false), key(3, true)])),
    ],
    'write',
  )
  client.close()
}
