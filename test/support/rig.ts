// The whole product for a test file: sqld, upstream and the built worker in workerd, driven from
// outside over real sockets.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { migrateDatabase } from '../../harness/migrate.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { startSqld } from '../../harness/sqld.ts'
import {
  GATEWAY,
  type LocalWorker,
  type LocalWorkerOptions,
  startLocalWorker,
} from '../../harness/worker.ts'
import {
  createAccount,
  type Customer,
  type NewCustomer,
  newCustomer,
  operatorCall,
  toCustomer,
} from '../../harness/customer.ts'
import { type HttpAnswer, type RequestOptions, send } from '../../harness/http.ts'
import { connect } from '../../src/db/client.ts'
import type { Role } from '../../src/shared/roles.ts'
import { AUTHORITY_SIM, type AuthorityCall, type AuthorityCommand } from './authority-sim.ts'
import { withGateways } from './gateways.ts'
import { insertCustomer, insertUserOf } from './inserted-customer.ts'
import { type KvFault, STORE_SIM, type StoreSimState } from './store-sim.ts'
import { startTcpGate, type TcpGate } from './tcp-gate.ts'
import { startUpstream, type Upstream } from './upstream.ts'

export interface RigOptions {
  readonly variables?: Readonly<Record<string, string>>
  /** A path for UPSTREAM_URL, which is then a prefix. */
  readonly upstreamPath?: string
  /** Variables and secrets to leave out. */
  readonly without?: readonly string[]
  /** Binds KV and the rate of log-ins to simulations that count and fail. */
  readonly simulatedStores?: boolean
  /** Further gateways by name, and their variables. The ways to the authorities are simulated then. */
  readonly gateways?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface StoreCommand {
  readonly fault?: KvFault
  readonly logInRate?: 'open' | 'shut' | 'broken'
  readonly put?: readonly [string, string]
  readonly clear?: boolean
  /** The name of a value to forget. */
  readonly remove?: string
  /** One put a second to a name, as KV has it. */
  readonly writeLimit?: boolean
  /** So many puts fail from now on. */
  readonly failNext?: number
}

export interface Rig {
  readonly url: string
  readonly worker: LocalWorker
  readonly upstream: Upstream
  readonly libsql: TcpGate
  /** sqld itself, behind the gate. */
  readonly libsqlUrl: string
  readonly secrets: Awaited<ReturnType<typeof makeSecrets>>
  /** Where sqld and KV keep their files. */
  readonly dir: string
  /** Every line that the worker has logged. */
  readonly logs: string[]
  /** A request to the gateway; the path is sent verbatim. */
  readonly send: (path: string, options?: RequestOptions) => Promise<HttpAnswer>
  /** A call of the operator API, with its token. */
  readonly operator: (method: string, path: string, body?: unknown) => Promise<HttpAnswer>
  /** An account that is logged in; active unless told otherwise. Written into libSQL. */
  readonly customer: (options?: NewCustomer) => Promise<Customer>
  /** The same by the admin API, for tests of passwords and log-ins. */
  readonly registeredCustomer: (options?: NewCustomer) => Promise<Customer>
  /** A further user of an account, logged in. Written into libSQL. */
  readonly user: (accountId: string, role: Role) => Promise<Customer>
  /** Sets up the simulated stores, and tells what they hold and how often they were asked. */
  readonly stores: (command?: StoreCommand) => Promise<StoreSimState>
  /** The address of one of several gateways. */
  readonly at: (gateway: string) => string
  /** Sets up the ways to the authorities, and tells of each call so far. */
  readonly authorities: (command?: AuthorityCommand) => Promise<readonly AuthorityCall[]>
  /** A second worker with other variables, on the same database and upstream; its address. */
  readonly another: (
    variables: Readonly<Record<string, string>>,
    /** Bindings to put in place of its own; they may name the simulated stores. */
    bindings?: LocalWorkerOptions['bindings'],
  ) => Promise<string>
  /** Another deployment on the same database: its own name, KV and authorities. */
  readonly deployAnother: (name: string) => Promise<LocalWorker>
  readonly stop: () => Promise<void>
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
  const [sqld, upstream, secrets] = await Promise.all([
    startSqld(join(dir, 'libsql'), join(dir, 'libsql.log')),
    startUpstream(),
    makeSecrets(),
  ])
  await migrateDatabase(sqld.url, undefined)
  const libsql = await startTcpGate(sqld.url)
  const logs: string[] = []
  const variables: Record<string, string> = {
    ...secrets,
    LIBSQL_URL: libsql.url,
    UPSTREAM_URL: upstream.url + (options.upstreamPath ?? ''),
    LEASE_MS: '100', // so that changes of used keys are quick
    ...options.variables,
  }
  for (const name of options.without ?? []) delete variables[name]
  const alone: LocalWorkerOptions = {
    bundleDir: inject('bundleDir'),
    stateDir: join(dir, 'kv'),
    variables,
    onLog: (line) => logs.push(line),
    ...(options.simulatedStores === true && STORE_SIM),
  }
  const { gateways } = options
  const worker = await startLocalWorker(
    gateways === undefined ? alone : withGateways(gateways, alone),
  )
  const { url } = worker
  const urls = new Map([[GATEWAY, url]])
  for (const name of Object.keys(gateways ?? {})) {
    urls.set(name, (await worker.miniflare.unsafeGetDirectURL(name)).origin)
  }
  const others: LocalWorker[] = []
  const db = connect(sqld.url, undefined)

  async function command<State>(simulation: string, body: object): Promise<State> {
    const sim = await worker.miniflare.getWorker(simulation)
    const init = { method: 'POST', body: JSON.stringify(body) }
    return (await (await sim.fetch('http://sim/', init)).json()) as State
  }

  return {
    url,
    worker,
    upstream,
    libsql,
    libsqlUrl: sqld.url,
    secrets,
    dir,
    logs,
    send: (path, request) => send(url + path, request),
    operator: (method, path, body) => operatorCall(url, secrets.OPERATOR_TOKEN, method, path, body),
    async customer(wanted) {
      const account = await insertCustomer(db, secrets.SESSION_KEYS, newCustomer(wanted))
      return toCustomer(url, account)
    },
    async registeredCustomer(wanted) {
      const account = await createAccount(url, secrets.OPERATOR_TOKEN, newCustomer(wanted))
      return toCustomer(url, account)
    },
    async user(accountId, role) {
      const user = newCustomer()
      return toCustomer(url, await insertUserOf(db, secrets.SESSION_KEYS, accountId, role, user))
    },
    at(gateway) {
      const found = urls.get(gateway)
      if (found === undefined) throw new Error(`There is no gateway ${gateway}`)
      return found
    },
    authorities: ({ at, ...changed } = {}) =>
      command(AUTHORITY_SIM, { gateways: at === undefined ? [...urls.keys()] : [at], ...changed }),
    stores: (changed = {}) => command('store-sim', changed),
    async another(changed, bindings) {
      const other = await startLocalWorker({
        bundleDir: inject('bundleDir'),
        variables: { ...variables, ...changed },
        ...(bindings !== undefined && { ...STORE_SIM, bindings }),
        onLog: (line) => logs.push(line),
      })
      others.push(other)
      return other.url
    },
    async deployAnother(name) {
      const bundleDir = inject('bundleDir')
      const onLog = (line: string) => void logs.push(line)
      const other = await startLocalWorker({ bundleDir, name, variables, onLog })
      others.push(other)
      return other
    },
    async stop() {
      await Promise.all([worker, ...others].map((each) => each.stop()))
      await Promise.all([libsql.stop(), upstream.stop()])
      await sqld.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
