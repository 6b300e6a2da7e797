// What a deployment is made of, before anybody is asked: an environment's file, wrangler.toml, and what must
// stand in neither.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { makeSecrets, type Secrets } from '../../harness/secrets.ts'
import type { RawConfig } from '../../harness/wrangler-toml.ts'
import { configurationFaults } from '../../scripts/deployment/configuration.ts'
import { prepare } from '../../scripts/deployment/deployment.ts'
import {
  type Environment,
  readEnvironment,
  readTemplate,
  toConfiguration,
} from '../../scripts/deployment/environment.ts'
import { siblingFaults } from '../../scripts/deployment/siblings.ts'
import { valueFaults } from '../../scripts/deployment/secret-values.ts'
import { environmentOf } from '../support/deployer.ts'

const TEMPLATE = readFileSync(join(PROJECT_DIR, 'wrangler.toml'), 'utf8')

let dir: string
let secrets: Secrets

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'portal-gateway-environment-'))
  secrets = await makeSecrets()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

type Members = ReturnType<typeof environmentOf>

function file(changes: object): string {
  const path = join(dir, 'staging.toml')
  writeFileSync(path, stringify({ ...environmentOf('https://db.example.com'), ...changes }))
  return path
}

function configurationOf(environment: Environment, template = TEMPLATE) {
  return toConfiguration(environment, parse(template))
}

/** What is wrong with a deployment, but for notes. */
async function faultsOf(changes: Partial<Members>, template = TEMPLATE): Promise<string[]> {
  const environment = readEnvironment(file(changes))
  const configuration = configurationOf(environment, template)
  const faults = [
    ...configurationFaults(configuration),
    ...(await valueFaults(environment.vars, { ...secrets })),
  ]
  return faults.filter(({ kind }) => kind !== 'note').map(({ detail }) => detail)
}

const { vars } = environmentOf('https://db.example.com')

describe('an environment', () => {
  it('has nothing wrong with it as it is documented', async () => {
    expect(await faultsOf({})).toEqual([])
  })

  it.each<[string, object]>([
    ['workers_dev cannot be set for an environment, which has name,', { workers_dev: true }],
    ['triggers cannot be set', { triggers: { crons: [] } }],
    ['name must be', { name: 'Portal Gateway' }],
    ['account_id must be 32 hexadecimal digits', { account_id: 'x' }],
    ['kv_namespaces must be one namespace', { kv_namespaces: [] }],
    ['kv_namespaces.0.binding', { kv_namespaces: [{ binding: 'OTHER', id: 'x' }] }],
    ['vars.PREFLIGHT', { vars: { ...vars, PREFLIGHT: true } }],
  ])('has a closed form: %s', (named, changes) => {
    expect(() => readEnvironment(file(changes))).toThrow(named)
  })

  it('names the file that is missing, and the way out', () => {
    expect(() => readEnvironment('no-such')).toThrow(
      /environments\/no-such\.toml: copy environments\/example\.toml there/,
    )
  })

  it('names the line that is no TOML', () => {
    const path = join(dir, 'broken.toml')
    writeFileSync(path, 'name = portal\n')
    expect(() => readEnvironment(path)).toThrow(/broken\.toml cannot be read \(Invalid TOML/)
  })

  it('has an example that lacks only what nobody else can know', async () => {
    const example = readEnvironment('example')
    const faults = configurationFaults(toConfiguration(example))
    const named = faults.map(({ kind, detail }) => `${kind} ${detail.split(' ', 1).join()}`)
    expect(named).toEqual(['missing account_id', 'missing KEYS', 'missing LIBSQL_URL'])
  })

  it('shares no counter of a rate limit with another one', () => {
    const ids = ['production', 'staging'].flatMap((name) => {
      const { ratelimits = [] } = configurationOf(readEnvironment(file({ name })))
      return ratelimits.map(({ namespace_id }) => namespace_id)
    })
    expect(ids.every((id) => /^[1-9]\d*$/.test(id))).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('an environment beside another one', () => {
  const shared = (changes: object) => {
    const environment = readEnvironment(file({}))
    writeFileSync(
      join(dir, 'production.toml'),
      stringify({ ...environmentOf('https://other.example.com'), ...changes }),
    )
    const faults = siblingFaults(environment)
    rmSync(join(dir, 'production.toml'))
    return faults.map(({ detail }) => detail)
  }
  const name = 'other'
  const kv_namespaces = [{ binding: 'KEYS', id: 'beef'.padEnd(32, '2') }]

  it('has a worker, a KV namespace and a database of its own', () => {
    expect(shared({ name, kv_namespaces })).toEqual([])
  })

  it.each([
    ['the worker', { kv_namespaces }],
    ['the KV namespace', { name }],
    ['the database', { ...environmentOf('https://db.example.com'), name, kv_namespaces }],
  ])('does not share %s', (what, changes) => {
    expect(shared(changes)).toEqual([
      `The environments "staging" and "production" have ${what} in common: each needs its own`,
    ])
  })
})

describe('two environments of one title', () => {
  it('are deployed side by side, each from a folder of its own', async () => {
    const [one, other] = await Promise.all(
      ['https://one.example.com', 'https://other.example.com'].map((url) =>
        prepare(readEnvironment(file({ vars: { ...vars, LIBSQL_URL: url } })), {}),
      ),
    )
    const read = (configFile = '') => JSON.parse(readFileSync(configFile, 'utf8')) as RawConfig
    expect(read(one?.configFile).vars).toMatchObject({ LIBSQL_URL: 'https://one.example.com' })
    expect(read(one?.configFile).assets?.directory).toBe(one?.pageDir)
    expect(one?.pageDir).not.toBe(other?.pageDir)
    for (const each of [one, other]) rmSync(each?.outDir ?? '', { recursive: true })
  })
})

describe('wrangler.toml', () => {
  const instead = (from: string, to: string) => {
    expect(TEMPLATE).toContain(from)
    return TEMPLATE.replace(from, to)
  }
  /** A line before the first table, and text behind all of them. */
  const top = (line: string) => instead('send_metrics', `${line}\nsend_metrics`)
  const behind = (more: string) => `${TEMPLATE}\n${more}\n`

  it.each([
    ['vars', behind('[vars]\nADMIN_HOST = "keys.example.com"')],
    ['env', behind('[env.staging]\nname = "staging"')],
    ['routes', top('routes = ["gw.example.com/*"]')],
    ['the id of a KV namespace', instead('0'.repeat(32), 'c0ffee'.padEnd(32, '1'))],
  ])('holds nothing of one environment: %s', (named, text) => {
    const path = join(dir, 'wrangler.toml')
    writeFileSync(path, text)
    expect(() => readTemplate(path)).toThrow(`wrangler.toml holds ${named}: it is the same for all`)
  })

  it.each([
    ['KEY_AUTHORITY', instead('"KEY_AUTHORITY"', '"OTHER"')],
    ['KEY_AUTHORITY', instead('class_name = "KeyA', 'script_name = "other"\nclass_name = "KeyA')],
    ['ACCOUNT_KEYS', instead('"ACCOUNT_KEYS"', '"OTHER"')],
    ['LOCATION_METRICS', instead('"LOCATION_METRICS"', '"OTHER"')],
    ['SHADOW_COUNTS', instead('"SHADOW_COUNTS"', '"OTHER"')],
    ['AccountKeys in new_sqlite_classes', instead('new_sqlite_classes = ["A', 'new_classes = ["A')],
    ['new_sqlite_classes', instead('new_sqlite_classes', 'new_classes')],
    ['take it away', behind('[[migrations]]\ntag = "v9"\ndeleted_classes = ["KeyAuthority"]')],
    ['PASSWORD_HASHER', instead('"PASSWORD_HASHER"', '"OTHER"')],
    ['PasswordHasher in new_sqlite_classes', instead('["PasswordHasher"]', '["Other"]')],
    ['LOG_IN_RATE', instead('"LOG_IN_RATE"', '"OTHER"')],
    ['CF_VERSION_METADATA', instead('"CF_VERSION_METADATA"', '"OTHER"')],
    ['cron', instead('"* * * * *"', '"0 * * * *"')],
    ['workers_dev must be false', instead('workers_dev = false', '')],
    ['workers_dev must be false', instead('workers_dev = false', 'workers_dev = true')],
    ['preview_urls must be false', instead('preview_urls = false', '')],
    ['preview_urls must be false', instead('preview_urls = false', 'preview_urls = true')],
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
    // What nobody has checked.
    ['keep_vars', top('keep_vars = true')],
    ['previews', behind('[previews.vars]\nPREFLIGHT = "refuse"')],
    ['[build]', instead('guard.mjs', 'no-guard.mjs')],
  ])('says what keeps a deployment from working or exposes it: %s', async (named, template) => {
    expect(await faultsOf({}, template)).toEqual([expect.stringContaining(named)])
  })
})

describe('the members of an environment', () => {
  it.each<[string, Partial<Members>]>([
    ['KEYS', { kv_namespaces: [{ binding: 'KEYS', id: 'coffee' }] }],
    ['PREFLIGHT', withVariable('PREFLIGHT', 'x')],
    // At which addresses requests reach the worker.
    ['must have no scheme', routed('https://gw.example.com/*')],
    ['must end with "/*"', routed('gw.example.com')],
    ['must end with "/*"', routed('gw.example.com/v1/*')],
    ['must end with "/*"', routed({ pattern: 'gw.example.com/', zone_name: 'example.com' })],
    // Values in clear, or that nobody has checked.
    ['TOKEN_KEYS is a secret', withVariable('TOKEN_KEYS', 'x')],
    ['SESSION_SECRET is a secret', withVariable('SESSION_SECRET', 'x')],
    ['DEPLOY_TOKEN is a secret', withVariable('DEPLOY_TOKEN', 'x')],
    ['UPSTREAM_URL must be https', withVariable('UPSTREAM_URL', 'http://api.commpeak.com')],
    ['UPSTREAM_URL must be https', withVariable('UPSTREAM_URL', 'http://10.0.0.7:8080/v1')],
    ['UPSTREAM_URL must be https', withVariable('UPSTREAM_URL', 'http://127.0.0.1.example.com')],
    ['UPSTREAM_URL must be https', withVariable('UPSTREAM_URL', 'HTTP://localhost.example.com')],
    ['LIBSQL_URL must be https', withVariable('LIBSQL_URL', 'http://db.example.com')],
    ['LIBSQL_URL must be', withVariable('LIBSQL_URL', 'wss://db.example.com')],
  ])('say what keeps it from working or exposes it: %s', async (named, changes) => {
    expect(await faultsOf(changes)).toEqual([expect.stringContaining(named)])
  })

  it.each([
    'libsql://db.example.com',
    'https://db.example.com',
    'http://127.0.0.1:8080',
    'http://[::1]:8080',
    'http://localhost:8080',
    'http://db.localhost',
  ])('take libSQL at %s, which is safe on its way', async (url) => {
    expect(await faultsOf(withVariable('LIBSQL_URL', url))).toEqual([])
  })

  it.each<[string, Partial<Members>, number]>([
    ['no route, which a custom domain of the dashboard may stand for', { routes: [] }, 1],
    ['a route', routed('gw.example.com/*'), 0],
    ['routes of a zone', routed({ pattern: '*.example.com/*', zone_name: 'example.com' }), 0],
  ])('take %s (notes: %i)', (_, changes, notes) => {
    const environment = readEnvironment(file(changes))
    const faults = configurationFaults(configurationOf(environment))
    expect(faults.map(({ kind }) => kind)).toEqual(Array(notes).fill('note'))
  })

  function withVariable(name: string, value: string): Partial<Members> {
    return { vars: { ...vars, [name]: value } }
  }

  function routed(route: string | object): Partial<Members> {
    return { routes: [route] as Members['routes'] }
  }
})
