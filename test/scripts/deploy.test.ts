// `npm run deploy` from its first check to what is live at the end, against stand-ins for Cloudflare's API
// and for one of its locations, with a real libSQL server and the real wrangler. The tests build on each
// other: what one deploys, the next one finds.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { pageDirOf, WRANGLER } from '../../harness/build.ts'
import { send } from '../../harness/http.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { startLocalWorker } from '../../harness/worker.ts'
import { addVersion, deployVersions } from '../support/cloudflare/account.ts'
import { type Deployer, environmentOf, KV_ID, startDeployer, WORKER } from '../support/deployer.ts'

/** Most tests start wrangler. */
vi.setConfig({ testTimeout: 200_000 })

let deployer: Deployer

beforeAll(async () => {
  deployer = await startDeployer()
})
afterAll(() => deployer.stop())
beforeEach(() => {
  deployer.cloudflare.calls.length = 0
  deployer.cloudflare.fail()
})

const worker = () => deployer.cloudflare.account.workers.get(WORKER)
const live = () => worker()?.deployments[0]?.versions
const newest = () => worker()?.versions.at(-1)
/** The calls that change something, without the worker's name. */
const changes = () =>
  deployer.cloudflare.calls
    .filter((call) => !call.startsWith('GET '))
    .map((call) => call.replace(`/workers/scripts/${WORKER}`, ''))

describe('a first deployment', () => {
  it('brings the database before the code, and the routes behind it', async () => {
    const file = deployer.secretsFile(deployer.secrets)
    const args = ['--secrets-file', file, '--message', 'commit 1234']
    const { code, output } = await deployer.run('--env', deployer.environment(), ...args)
    expect(code, output).toBe(0)
    expect(output.split('\n').filter((line) => STEP.test(line))).toEqual([
      `Environment  production: the worker ${WORKER}, the database ${deployer.sqld.url}`,
      'Checks       passed',
      expect.stringMatching(/^Database {5}\d+ migrations applied$/),
      `Live         ${newest()?.id} (100 %)`,
      `Smoke test   passed at ${deployer.edge.url}`,
    ])
    for (const value of Object.values(deployer.secrets)) expect(output).not.toContain(value)
    expect(changes().slice(0, 4)).toEqual([
      'POST /assets-upload-session',
      'POST /workers/assets/upload',
      'PUT ',
      'POST /subdomain',
    ])
    // The other triggers are set side by side.
    expect(changes().slice(4).toSorted()).toEqual([
      'POST /domains/changeset',
      'PUT /domains/records',
      'PUT /schedules',
    ])
  })

  it('sends the secrets and the bindings, and closes the other addresses', async () => {
    const { account } = deployer.cloudflare
    expect(worker()).toMatchObject({
      crons: ['* * * * *'],
      subdomain: { enabled: false, previews_enabled: false },
      migrationTag: 'v5',
    })
    expect(account.domains.get('gateway.example.com')?.service).toBe(WORKER)
    expect(newest()?.annotations).toMatchObject({ 'workers/message': 'commit 1234' })
    expect(binding('KEYS')).toMatchObject({ type: 'kv_namespace', namespace_id: KV_ID })
    expect(binding('CF_VERSION_METADATA')?.type).toBe('version_metadata')
    for (const [name, text] of Object.entries(deployer.secrets)) {
      expect(binding(name)).toMatchObject({ type: 'secret_text', text })
    }
  })

  it('is a gateway that is well, by what was uploaded alone', async () => {
    const bundleDir = join(deployer.dir, 'uploaded')
    mkdirSync(pageDirOf(bundleDir), { recursive: true })
    writeFileSync(join(bundleDir, 'index.js'), newest()?.modules.get('index.js') ?? '')
    const texts = newest()?.bindings.filter(({ type }) => type.endsWith('_text')) ?? []
    const variables = Object.fromEntries(texts.map(({ name, text }) => [name, String(text)]))
    const version = { id: newest()?.id ?? '', timestamp: newest()?.createdOn ?? '', tag: '' }
    const uploaded = await startLocalWorker({
      bundleDir,
      variables,
      bindings: { CF_VERSION_METADATA: { type: 'json', value: version } },
    })
    try {
      const health = await send(`${uploaded.url}/admin/api/v1/health`)
      expect(health.json).toMatchObject({ status: 'ok', version: version.id })
      expect((await send(uploaded.url)).json).toMatchObject({ code: 'credential_missing' })
    } finally {
      await uploaded.stop()
    }
  })

  const STEP = /^(?:Environment|Note|Checks|Database|Rollout|Live|Smoke test) {2,}/

  function binding(name: string) {
    return newest()?.bindings.find((one) => one.name === name)
  }
})

describe('the next deployment', () => {
  it('needs no secrets, which stay', async () => {
    const before = newest()?.id
    const said = await deployer.deploy()
    expect(said).toEqual([
      expect.stringMatching('^Environment: production'),
      'Checks: passed',
      'Database: up to date',
      `Live: ${newest()?.id} (100 %)`,
      `Smoke test: passed at ${deployer.edge.url}`,
    ])
    expect(newest()?.id).not.toBe(before)
    expect(changes().slice(0, 3)).toEqual([
      'POST /assets-upload-session',
      'POST /versions',
      'POST /deployments',
    ])
    expect(newest()?.bindings.map(({ name }) => name)).toContain('TOKEN_KEYS')
  })

  it('says last that nothing is enforced in shadow', async () => {
    deployer.edge.be('shadow')
    const vars = { ...environmentOf(deployer.sqld.url).vars, ENFORCEMENT: 'shadow' }
    const said = await deployer.deploy({ environmentFile: deployer.environment({ vars }) })
    deployer.edge.be('well')
    expect(said.slice(-2)).toEqual([
      `Smoke test: passed at ${deployer.edge.url}`,
      expect.stringMatching('^Note: NOTHING IS ENFORCED'),
    ])
  })

  it.each([
    ['the static files', /assets-upload-session$/, 500],
    ['the version', /^POST .*\/versions$/, 500],
    ['the deployment', /^POST .*\/deployments$/, 500],
  ])('says that what was live still is, where %s cannot be brought', async (_, call, answer) => {
    const before = live()
    deployer.cloudflare.fail({ call, answer })
    const [told] = (await deployer.deploy()).slice(-1)
    expect(told).toBe(
      'Failure: Wrangler failed. The database is migrated, which the version before takes. ' +
        `Live is what was live before: ${before?.[0]?.version_id} (100 %). ` +
        'The same command again finishes what is left',
    )
    expect(live()).toEqual(before)
  })

  it.each([
    ['the cron', /^PUT .*\/schedules$/, 500],
    ['the domain', /^PUT .*\/domains\/records$/, 403],
  ])('says that the new code is live without %s', async (_, call, answer) => {
    const before = live()
    deployer.cloudflare.fail({ call, answer })
    const [told] = (await deployer.deploy()).slice(-1)
    expect(live()).not.toEqual(before)
    expect(told).toContain(`Live is ${newest()?.id} (100 %); routes and cron may not be set.`)
  })

  it('finishes what others have left', async () => {
    const lost = worker()
    if (lost !== undefined) lost.crons = []
    deployer.cloudflare.account.domains.clear()
    // Wrangler repeats what failed, and it had taken effect.
    const versions = worker()?.versions.length ?? 0
    const call = /^POST .*\/versions$/
    deployer.cloudflare.fail({ call, answer: 500, times: 1, takesEffect: true })
    expect((await deployer.deploy()).at(-1)).toContain('Smoke test: passed')
    expect(worker()?.versions).toHaveLength(versions + 2)
    expect(live()).toEqual([{ version_id: newest()?.id, percentage: 100 }])
    expect(worker()?.crons).toEqual(['* * * * *'])
    expect(deployer.cloudflare.account.domains.has('gateway.example.com')).toBe(true)
  })

  it('ends a call that is never answered', async () => {
    const before = live()
    deployer.cloudflare.fail({ call: /^GET .*\/workers\/services\//, answer: 'hang' })
    const [told] = (await deployer.deploy({ timeoutMs: 5_000 })).slice(-1)
    expect(told).toContain('Wrangler took longer than 5 s and was ended.')
    expect(told).toContain('Live is what was live before')
    expect(live()).toEqual(before)
  })
})

describe('an interruption', () => {
  it.each([
    ['Ctrl+C, which wrangler gets too', 'SIGINT'],
    ['a CI that ends the script alone', 'SIGTERM'],
  ] as const)('by %s, leaves what was live, and says so', async (_, signal) => {
    const before = live()
    deployer.cloudflare.fail({ call: /assets-upload-session$/, answer: 'hang' })
    mkdirSync(join(deployer.dir, 'alone'), { recursive: true })
    const environmentFile = deployer.environment({}, 'alone/interrupted')
    const { pid, exited } = deployer.start('--env', environmentFile)
    await expect
      .poll(() => deployer.cloudflare.calls.join(' '), { timeout: 100_000 })
      .toContain('/assets-upload-session')
    process.kill(signal === 'SIGINT' ? -pid : pid, signal)
    const { code, output } = await exited
    expect(code).toBe(1)
    expect(output.trim().split('\n').at(-1)).toBe(
      'Wrangler was interrupted. The database is migrated, which the version before takes. ' +
        `Live is what was live before: ${before?.[0]?.version_id} (100 %). ` +
        'The same command again finishes what is left',
    )
    expect(live()).toEqual(before)
    const left = readdirSync(join(PROJECT_DIR, 'dist/deployments'))
    expect(left.filter((name) => name.startsWith('interrupted-'))).toEqual([])
  })
})

describe('a gradual deployment', () => {
  it('gives the new version a share, says which, and tries that version', async () => {
    const before = newest()?.id
    const said = await deployer.deploy({ percent: 10, message: 'commit 5678' })
    expect(live()).toEqual([
      { version_id: newest()?.id, percentage: 10 },
      { version_id: before, percentage: 90 },
    ])
    expect(said.slice(-2)).toEqual([
      `Live: ${newest()?.id} (10 %) and ${before} (90 %)`,
      `Smoke test: passed at ${deployer.edge.url}`,
    ])
    expect(changes()).toEqual([
      'POST /assets-upload-session',
      'POST /versions',
      'POST /deployments',
      'PATCH /script-settings',
    ])
  })

  it('goes on without an upload, and sets the cron and the routes with the whole', async () => {
    const file = deployer.secretsFile(deployer.secrets)
    expect((await deployer.deploy({ percent: 100, secretsFile: file })).at(-1)).toContain(
      'A rollout is under way, which takes no secrets',
    )
    const said = await deployer.deploy({ percent: 100 })
    expect(said).toContain(`Rollout: ${newest()?.id} is under way, so nothing is uploaded`)
    expect(said.at(-1)).toContain('Smoke test: passed')
    expect(live()).toEqual([{ version_id: newest()?.id, percentage: 100 }])
    expect(changes()).toContain('PUT /schedules')
    expect(changes()).not.toContain('POST /versions')
  })

  it('is taken back with 0', async () => {
    const { account } = deployer.cloudflare
    const [older, bindings] = [newest()?.id ?? '', newest()?.bindings ?? []]
    const { worker: there, version } = addVersion(account, WORKER, { bindings }, new Map())
    deployVersions(there, [
      { version_id: version.id, percentage: 10 },
      { version_id: older, percentage: 90 },
    ])
    expect((await deployer.deploy({ percent: 0 })).at(-1)).toContain('Smoke test: passed')
    expect(live()).toEqual([{ version_id: older, percentage: 100 }])
    expect((await deployer.deploy({ percent: 0 })).at(-1)).toContain('none is under way')
  })

  it('is a whole one with 100, where none is under way', async () => {
    expect((await deployer.deploy({ percent: 100 })).at(-1)).toContain('Smoke test: passed')
    expect(live()).toEqual([{ version_id: newest()?.id, percentage: 100 }])
    expect(changes()).toContain('PUT /schedules')
  })
})

describe('two deployments at once', () => {
  it('migrate an empty database together, and leave one version', async () => {
    const { account } = deployer.cloudflare
    account.workers.clear()
    const tables = (await deployer.tables()).filter((name) => !/^(?:sqlite|libsql)_/.test(name))
    const views = await deployer.client.execute(
      "SELECT name FROM sqlite_master WHERE type = 'view'",
    )
    await deployer.client.migrate([
      ...views.rows.map(({ name }) => `DROP VIEW ${String(name)}`),
      ...tables.map((name) => `DROP TABLE ${name}`),
    ])
    const { secrets } = deployer
    const given = { secretsFile: deployer.secretsFile(secrets), secrets: { ...secrets } }
    const both = await Promise.all([deployer.deploy(given), deployer.deploy(given)])
    const outcomes = both.map((said) => said.at(-1) ?? '')
    expect(outcomes.join('\n')).toContain('Smoke test: passed')
    for (const told of outcomes) expect(told).toMatch(/passed|Another deployment came between/)
    expect(await deployer.tables()).toContain('api_keys')
    expect(live()).toHaveLength(1)
  })
})

it('wrangler alone builds nothing, so that it deploys nothing unchecked', async () => {
  const { exitCode, all } = await execa(process.execPath, [WRANGLER, 'deploy'], {
    cwd: PROJECT_DIR,
    all: true,
    reject: false,
  })
  expect(exitCode).toBe(1)
  expect(all).toContain('use "npm run deploy", which checks and migrates first')
  expect(changes()).toEqual([])
})
