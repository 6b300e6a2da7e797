// What `npm run deploy` looks at before it touches anything, and what it tries afterwards. No test here lets
// it come to an upload; deploy.test.ts does.

import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { connectCloudflare } from '../../scripts/deployment/cloudflare.ts'
import { ownDatabase, ownerFaults } from '../../scripts/deployment/database-owner.ts'
import { apiTokenNotes, workerNotes } from '../../scripts/deployment/expiry-notes.ts'
import { readEnvironment } from '../../scripts/deployment/environment.ts'
import { confirmLive } from '../../scripts/deployment/live-state.ts'
import { ringFaults } from '../../scripts/deployment/ring-keys.ts'
import { smokeTest } from '../../scripts/deployment/smoke-test.ts'
import {
  addVersion,
  type ApiToken,
  type Binding,
  deployVersions,
} from '../support/cloudflare/account.ts'
import { ACCOUNT_ID } from '../support/cloudflare/cloudflare.ts'
import { type Deployer, KV_ID, startDeployer, WORKER, environmentOf } from '../support/deployer.ts'
import { insertSealedKeys } from '../support/sealed-keys.ts'

vi.setConfig({ testTimeout: 120_000 })

let deployer: Deployer

beforeAll(async () => {
  deployer = await startDeployer()
})
afterAll(() => deployer.stop())
beforeEach(() => {
  deployer.cloudflare.calls.length = 0
})
afterEach(async () => {
  deployer.cloudflare.fail()
  deployer.cloudflare.account.workers.clear()
  deployer.cloudflare.account.domains.clear()
  // Nothing was uploaded, whatever the test was about.
  expect(deployer.cloudflare.calls.filter((call) => !call.startsWith('GET '))).toEqual([])
})

/** A worker that is deployed with these variables and all secrets. */
function deployed(
  variables: Readonly<Record<string, string>>,
  kvId = KV_ID,
  others: readonly Binding[] = [],
): string {
  const texts = Object.entries(variables).map(([name, text]) => {
    return { name, type: 'plain_text', text }
  })
  const secrets = Object.keys(deployer.secrets).map((name) => ({ name, type: 'secret_text' }))
  const kv = { name: 'KEYS', type: 'kv_namespace', namespace_id: kvId }
  const bindings = [...texts, ...secrets, kv, ...others]
  const { account } = deployer.cloudflare
  const { worker, version } = addVersion(account, WORKER, { bindings }, new Map())
  deployVersions(worker, [{ version_id: version.id, percentage: 100 }])
  return version.id
}

const failure = async (...args: Parameters<Deployer['deploy']>) =>
  (await deployer.deploy(...args)).at(-1)

describe('what is no good', () => {
  it('leaves nothing behind', async () => {
    mkdirSync(join(deployer.dir, 'alone'))
    const environmentFile = deployer.environment({ routes: ['gw.example.com'] }, 'alone/refused')
    expect(await failure({ environmentFile })).toContain('The route gw.example.com')
    const left = readdirSync(join(PROJECT_DIR, 'dist/deployments'))
    expect(left.filter((name) => name.startsWith('refused-'))).toEqual([])
  })

  it('is refused before anybody is asked', async () => {
    const file = deployer.secretsFile({ ...deployer.secrets, TOKEN_KEYS: 'A:hidden' })
    const environmentFile = deployer.environment({ routes: ['gw.example.com'] })
    const told = await failure({ environmentFile, secretsFile: file })
    expect(told?.split('\n')).toEqual([
      expect.stringContaining('The route gw.example.com must end with "/*"'),
      expect.stringContaining('TOKEN_KEYS is unreadable: entry 1'),
    ])
    expect(told).not.toContain('hidden')
    expect(deployer.cloudflare.calls).toEqual([])
    expect(await deployer.tables()).toEqual([])
  })

  it('is each secret that is neither given nor set', async () => {
    const { SESSION_KEYS } = deployer.secrets
    const told = await failure({ secretsFile: deployer.secretsFile({ SESSION_KEYS }) })
    const named = [...(told ?? '').matchAll(/([A-Z_]+) is not set/g)].map(([, name]) => name)
    expect(named).toEqual(['TOKEN_KEYS', 'ENCRYPTION_KEYS', 'ASSERTION_KEYS'])
    expect(await deployer.tables()).toEqual([])
  })

  it('is no token that CI sets to nothing, because it has none', async () => {
    vi.stubEnv('LIBSQL_AUTH_TOKEN', '')
    const { SESSION_KEYS } = deployer.secrets
    const told = await failure({ secretsFile: deployer.secretsFile({ SESSION_KEYS }) })
    vi.stubEnv('LIBSQL_AUTH_TOKEN', undefined)
    expect(told).toContain('TOKEN_KEYS is not set')
    expect(told).not.toContain('LIBSQL_AUTH_TOKEN')
  })

  it('is an EVENTS_SECRET that EVENTS_URL needs, and one that cannot be read', async () => {
    const { vars } = environmentOf(deployer.sqld.url)
    const environmentFile = deployer.environment({
      vars: { ...vars, EVENTS_URL: 'https://hooks.example.com' },
    })
    const secretsFile = deployer.secretsFile(deployer.secrets)
    expect(await failure({ environmentFile, secretsFile })).toContain('EVENTS_SECRET is not set')
    const wrong = deployer.secretsFile({ ...deployer.secrets, EVENTS_SECRET: 'whsec_hidden' })
    const told = await failure({ environmentFile, secretsFile: wrong })
    expect(told).toContain('EVENTS_SECRET must be whsec_')
    expect(told).not.toContain('hidden')
    expect(await deployer.tables()).toEqual([])
  })

  it('is a Cloudflare that fails or hangs', async () => {
    const call = /^GET .*\/deployments$/
    deployer.cloudflare.fail({ call, answer: 403 })
    expect(await failure()).toContain(
      'Cloudflare cannot be asked (GET /workers/scripts/portal-gateway/deployments: 403, An unknown',
    )
    deployer.cloudflare.fail({ call, answer: 'hang' })
    expect(await failure({ timeoutMs: 100 })).toContain('(no answer within 0.1 s)')
    expect(await deployer.tables()).toEqual([])
  })
})

describe('the command', () => {
  it.each([
    [['--secret-file', 'x'], 'Unknown option \'--secret-file\': "npm run deploy -- --help" shows'],
    [['--env', 'no-such'], 'environments/no-such.toml: copy environments/example.toml there'],
  ])('names what is wrong with %j in one line', async (args, named) => {
    const { code, output } = await deployer.run(...args)
    expect(code).toBe(1)
    expect(output.split('\n')).toEqual([expect.stringContaining(named)])
  })

  it('takes secrets as JSON alone, which wrangler sends as it was checked', async () => {
    const file = join(deployer.dir, 'secrets.env')
    writeFileSync(file, `OPERATOR_TOKEN=${'hidden'.repeat(4)}\n`)
    const { code, output } = await deployer.run('--dry-run', '--secrets-file', file)
    expect(code).toBe(1)
    expect(output).toContain('it is no JSON')
    expect(output).not.toContain('hidden')
  })

  it('takes no environment of wrangler, which nobody has checked', async () => {
    vi.stubEnv('CLOUDFLARE_ENV', 'staging')
    const { code, output } = await deployer.run('--env', deployer.environment())
    vi.stubEnv('CLOUDFLARE_ENV', undefined)
    expect(code).toBe(1)
    expect(output).toBe('CLOUDFLARE_ENV is set: unset it, and name the environment with --env')
  })
})

describe('npm run deploy -- --dry-run', () => {
  it('builds what is in the repository, says what is left to do, and asks nobody', async () => {
    const { code, output } = await deployer.run('--dry-run', '--env', 'example')
    expect(code, output).toBe(0)
    expect(output).toContain('KEYS has no KV namespace')
    expect(output).toContain('LIBSQL_URL is the example')
    expect(output).toContain('TOKEN_KEYS is not given with --secrets-file')
    expect(output).toContain('--dry-run: exiting now')
    expect(deployer.cloudflare.calls).toEqual([])
  })

  it('fails where what is given is no good', async () => {
    const values = {
      ...deployer.secrets,
      TOKEN_KEYS: 'A:hidden',
      OPERATOR_TOKEN: 'a-name-that-is-long-enough:hidden',
    }
    const file = deployer.secretsFile(values)
    const { code, output } = await deployer.run('--dry-run', '--secrets-file', file)
    expect(code).toBe(1)
    expect(output).toContain('TOKEN_KEYS is unreadable: entry 1')
    expect(output).toContain('OPERATOR_TOKEN must have 22 characters')
    expect(output).not.toContain('hidden')
  })
})

describe('another environment', () => {
  const others = { LIBSQL_URL: 'libsql://other.example.com' }

  it('is not replaced by one that has its name', async () => {
    deployed(others, 'beef'.padEnd(32, '2'))
    const told = await failure()
    expect(told).toContain(`The worker "${WORKER}" is deployed, and not as the environment`)
    expect(told).toContain(
      `LIBSQL_URL is libsql://other.example.com there and ${deployer.sqld.url}`,
    )
    expect(told).toContain(`KEYS is ${'beef'.padEnd(32, '2')} there and ${KV_ID} here`)
    expect(await deployer.tables()).toEqual([])
  })

  it('keeps its domain', async () => {
    const hostname = 'gateway.example.com'
    deployer.cloudflare.account.domains.set(hostname, { id: '1', hostname, service: 'shop' })
    expect(await failure()).toContain(`${hostname} is a custom domain of the worker "shop"`)
  })

  it('is replaced with --replace', async () => {
    deployed(others)
    const told = await failure({ replace: true, secrets: { TOKEN_KEYS: 'x' } })
    expect(told).not.toContain('is deployed, and not as')
  })
})

describe('a class of Durable Objects', () => {
  const classes = ['KeyAuthority', 'PasswordHasher', 'AccountKeys', 'LocationMetrics']
  const live = (...names: string[]) => {
    const vars = { LIBSQL_URL: deployer.sqld.url }
    deployed(
      vars,
      KV_ID,
      names.map((name) => ({ name, type: 'durable_object_namespace', class_name: name })),
    )
  }

  it('that is new leaves no way back, which is said, and cannot be shared', async () => {
    live(...classes)
    deployer.cloudflare.fail({ call: /\/secrets$/, answer: 403 })
    expect(await deployer.deploy()).toContainEqual(
      expect.stringMatching(
        /^Note: This version adds Durable Objects \(ShadowCounts\): there is no/,
      ),
    )
    expect(await failure({ percent: 10 })).toContain(
      '--gradual takes no version that adds Durable Objects (ShadowCounts)',
    )
  })

  it('that this version does not know refuses it, before the database is migrated', async () => {
    live(...classes, 'ShadowCounts', 'OfLater')
    expect(await failure()).toContain('The worker has Durable Objects of OfLater')
  })
})

describe('the database', () => {
  const url = () => deployer.sqld.url

  it('belongs to one deployment, until it is adopted', async () => {
    await migrateDatabase(url(), undefined)
    expect(await ownerFaults(url(), undefined, 'a', false)).toEqual([])
    await ownDatabase(url(), undefined, 'a', false)
    await ownDatabase(url(), undefined, 'b', false)
    expect(await ownerFaults(url(), undefined, 'a', false)).toEqual([])
    expect(await ownerFaults(url(), undefined, 'b', true)).toMatchObject([
      { kind: 'wrong', detail: expect.stringContaining('is the database of a, and this is b') },
    ])
    await ownDatabase(url(), undefined, 'b', true)
    expect(await ownerFaults(url(), undefined, 'b', false)).toEqual([])
  })

  it('may belong to a deployment that noted no name', async () => {
    await deployer.client.batch([
      "DELETE FROM meta WHERE name = 'deployment'",
      "INSERT INTO meta VALUES ('authority_namespace', 'of another')",
    ])
    deployed({ LIBSQL_URL: url() })
    expect(await ownerFaults(url(), undefined, 'a', true)).toEqual([])
    expect(await ownerFaults(url(), undefined, 'a', false)).toMatchObject([
      { detail: expect.stringContaining('of a deployment that is not this one') },
    ])
    await ownDatabase(url(), undefined, 'a', true)
  })

  it('says why it cannot be asked, and never the token', async () => {
    const status = { code: 401 }
    const server = createServer((_, response) => {
      response.writeHead(status.code, { 'Content-Type': 'application/json' }).end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const at = `http://127.0.0.1:${port}`
    const expired = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(1)
      .sign(new Uint8Array(32))
    await expect(migrateDatabase(at, undefined)).rejects.toThrow('LIBSQL_URL asks for a token: set')
    await expect(migrateDatabase(at, expired)).rejects.toThrow('LIBSQL_AUTH_TOKEN has expired')
    await expect(migrateDatabase(at, 'hidden')).rejects.toThrow(
      'LIBSQL_URL refuses LIBSQL_AUTH_TOKEN',
    )
    status.code = 500
    await expect(migrateDatabase(at, 'hidden')).rejects.toThrow('LIBSQL_URL answers 500')
    server.close()
    await once(server, 'close')
    await expect(migrateDatabase(at, 'hidden')).rejects.toThrow(/cannot be reached \(\w+\)/)
    await expect(migrateDatabase(at, 'hidden\n')).rejects.toThrow(/^(?!.*hidden).*LIBSQL_URL/s)
  })

  it('needs each ring key that a live key names, with the value that it had', async () => {
    await insertSealedKeys(deployer.client, deployer.secrets)
    const next = await makeSecrets()
    const { TOKEN_KEYS: tokens, ENCRYPTION_KEYS: seals } = deployer.secrets
    const [newTokens, newSeals] = [
      next.TOKEN_KEYS.replace(/^A/, 'B'),
      next.ENCRYPTION_KEYS.replace(/^A/, 'C'),
    ]
    const withRings = (TOKEN_KEYS: string, ENCRYPTION_KEYS: string) =>
      failure({ secrets: { ...deployer.secrets, TOKEN_KEYS, ENCRYPTION_KEYS }, adopt: true })
    expect(await withRings(newTokens, newSeals)).toBe(
      'Failure: TOKEN_KEYS lacks the key "A", which 2 live API keys need\n' +
        'ENCRYPTION_KEYS lacks the key "A", which 2 live API keys need',
    )
    expect(await withRings(next.TOKEN_KEYS, next.ENCRYPTION_KEYS)).toContain(
      'ENCRYPTION_KEYS has another key "A" than the one that 2 live',
    )
    expect(await withRings(next.TOKEN_KEYS, seals)).toContain(
      'TOKEN_KEYS has another key "A" than the one that 2 live',
    )
    const both = { TOKEN_KEYS: `${newTokens},${tokens}`, ENCRYPTION_KEYS: `${newSeals}, ${seals}` }
    expect(await ringFaults(url(), undefined, both)).toEqual([])
  })

  it('is not migrated after an interruption', async () => {
    const interruption = AbortSignal.abort()
    const secrets = { ...deployer.secrets }
    expect(await failure({ interruption, secrets, adopt: true })).toBe(
      'Failure: Interrupted. Nothing was touched',
    )
    expect(deployer.cloudflare.calls.every((call) => call.startsWith('GET '))).toBe(true)
  })

  it('names a token that is about to expire', async () => {
    deployed({ LIBSQL_URL: url() })
    const end = new Date(Date.now() + 13 * 24 * 60 * 60 * 1_000)
    const date = end.toISOString().slice(0, 10)
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(end)
      .sign(new Uint8Array(32))
    const secrets = { LIBSQL_AUTH_TOKEN: token, TOKEN_KEYS: (await makeSecrets()).TOKEN_KEYS }
    const said = await deployer.deploy({ secrets, adopt: true })
    expect(said).toContain(
      `Note: LIBSQL_AUTH_TOKEN expires on ${date}: see docs/operate/rotation.md#libsql_auth_token`,
    )
  })
})

describe('what ends soon', () => {
  const DAY_MS = 24 * 60 * 60 * 1_000
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS)
  const day = (end: Date) => end.toISOString().slice(0, 10)
  const token = (told: Partial<ApiToken>) => {
    deployer.cloudflare.account.apiToken = { owner: 'user', status: 'active', ...told }
  }
  afterEach(() => {
    token({})
  })
  /** What a deployment says of it before it is refused, for its wrong answers above. */
  const notes = async () => {
    deployed({ LIBSQL_URL: 'https://another.example.com' })
    const said = await deployer.deploy()
    expect(said.at(-1)).toContain('--replace')
    return said.filter((line) => line.startsWith('Note: ') && line.includes('CLOUDFLARE'))
  }

  it.each(['user', 'account'] as const)(
    'can be a token of Cloudflare, of the %s',
    async (owner) => {
      const [soon, past] = [inDays(10), inDays(-1)]
      token({ owner, expires_on: soon.toISOString() })
      const wayOut = 'see docs/operate/rotation.md#cloudflare_api_token'
      expect(await notes()).toEqual([
        `Note: CLOUDFLARE_API_TOKEN expires on ${day(soon)}: ${wayOut}`,
      ])
      token({ owner, expires_on: past.toISOString() })
      expect(await notes()).toEqual([
        `Note: CLOUDFLARE_API_TOKEN expired on ${day(past)}: ${wayOut}`,
      ])
      token({ owner, status: 'expired', expires_on: past.toISOString() })
      expect(await notes()).toEqual([`Note: CLOUDFLARE_API_TOKEN is expired: ${wayOut}`])
    },
  )

  it('is no token that lasts, or has no end', async () => {
    token({ expires_on: inDays(15).toISOString() })
    expect(await notes()).toEqual([])
    token({})
    expect(await notes()).toEqual([])
  })

  it.each([
    ['403', 403],
    ['404', 404],
    ['no answer within 0.1 s', 'hang'],
  ] as const)('is not known where Cloudflare does not say it (%s)', async (why, answer) => {
    deployer.cloudflare.fail({ call: /tokens\/verify$/, answer })
    expect(await apiTokenNotes(ACCOUNT_ID, 100)).toEqual([
      `Cloudflare does not say when CLOUDFLARE_API_TOKEN expires (${why})`,
    ])
  })

  it('stops no deployment where it is not known', async () => {
    deployer.cloudflare.fail({ call: /tokens\/verify$/, answer: 500 })
    expect(await notes()).toEqual([expect.stringContaining('does not say when')])
  })

  it('is asked of nobody where wrangler is logged in', async () => {
    vi.stubEnv('CLOUDFLARE_API_TOKEN', undefined)
    const said = await apiTokenNotes(ACCOUNT_ID)
    vi.stubEnv('CLOUDFLARE_API_TOKEN', 'token-of-nobody')
    expect(said).toEqual([])
    expect(deployer.cloudflare.calls).toEqual([])
  })

  it('is the secret at the identity provider, whose end is a variable', () => {
    const provider = { IDENTITY: 'oidc', OIDC_CLIENT_SECRET_EXPIRES: day(inDays(13)) }
    expect(workerNotes(provider, undefined)).toEqual([
      `OIDC_CLIENT_SECRET expires on ${day(inDays(13))}: see docs/operate/rotation.md#oidc_client_secret`,
    ])
    expect(workerNotes({ ...provider, IDENTITY: 'local' }, undefined)).toEqual([])
  })

  it('has an end that can be read, or is refused', async () => {
    const { vars } = environmentOf(deployer.sqld.url)
    const environmentFile = deployer.environment({
      vars: { ...vars, OIDC_CLIENT_SECRET_EXPIRES: 'next spring' },
    })
    expect(await failure({ environmentFile })).toContain(
      'OIDC_CLIENT_SECRET_EXPIRES must be a date or a time, such as 2027-03-31',
    )
  })
})

describe('what is live', () => {
  const confirm = async (versionId: string) => {
    const environment = readEnvironment(deployer.environment())
    const cloudflare = connectCloudflare(environment.account_id, WORKER, '', 10_000)
    const said: string[] = []
    const say = (step: string, text: string) => void said.push(`${step}: ${text}`)
    const { signal: interruption } = new AbortController()
    const options = { environment, url: deployer.edge.url, timeoutMs: 0, interruption, say }
    return await confirmLive(options, cloudflare, versionId).then(() => said)
  }

  it('is said and tried', async () => {
    const id = deployed({})
    expect(await confirm(id)).toEqual([
      `Live: ${id} (100 %)`,
      `Smoke test: passed at ${deployer.edge.url}`,
    ])
  })

  it('can be another version by now', async () => {
    deployed({})
    await expect(confirm('ours')).rejects.toThrow(
      'Another deployment came between: ours is not live',
    )
  })

  it('stays live where it does not do its work, with the way back', async () => {
    const id = deployed({})
    deployer.edge.be('misconfigured')
    await expect(confirm(id)).rejects.toThrow(
      /^The smoke test failed: .* answers 503: misconfigured\. The version is live: see docs\/operate\/upgrading\.md#going-back$/,
    )
    deployer.edge.be('well')
  })
})

describe('the smoke test', () => {
  const test = (versionId: string) => smokeTest(deployer.edge.url, WORKER, versionId, 0)

  it('passes where the version is well and refuses a request without a key', async () => {
    await test(deployed({}))
  })

  it('passes in shadow, where only a request that asks about its key is refused', async () => {
    const id = deployed({})
    deployer.edge.be('shadow')
    await test(id)
    deployer.edge.be('well')
  })

  it.each([
    ['unhealthy', 'answers 503: The gateway cannot reach: libsql.'],
    ['misconfigured', 'answers 503: misconfigured'],
    ['open', 'without a key answers 200 no code, in place of 401 credential_missing'],
  ] as const)('fails where the gateway is %s', async (state, told) => {
    const id = deployed({})
    deployer.edge.be(state)
    await expect(test(id)).rejects.toThrow(told)
    deployer.edge.be('well')
  })

  it('fails where another version answers, or nothing', async () => {
    const id = deployed({})
    await expect(test('another')).rejects.toThrow(`is answered by the version ${id}`)
    const nowhere = smokeTest('http://127.0.0.1:9', WORKER, id, 0)
    await expect(nowhere).rejects.toThrow('http://127.0.0.1:9/admin/api/v1/health does not answer')
  })
})
