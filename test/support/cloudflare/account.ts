// What the stand-in for a Cloudflare account holds: workers with their versions, deployments and triggers,
// KV namespaces and custom domains. As the real one, it takes bindings over that an upload says to keep.

import { randomUUID } from 'node:crypto'

export interface Binding {
  readonly name: string
  readonly type: string
  readonly [member: string]: unknown
}

export interface Version {
  readonly id: string
  readonly bindings: readonly Binding[]
  readonly annotations: Readonly<Record<string, string>>
  /** The worker's modules by name. */
  readonly modules: ReadonlyMap<string, string>
  readonly createdOn: string
}

export interface Share {
  readonly version_id: string
  readonly percentage: number
}

export interface Deployment {
  readonly id: string
  readonly versions: readonly Share[]
  readonly annotations: Readonly<Record<string, string | undefined>>
  readonly created_on: string
}

export interface Worker {
  readonly name: string
  /** Newest last. */
  readonly versions: Version[]
  /** Newest first: the first one is live. */
  readonly deployments: Deployment[]
  migrationTag: string | undefined
  crons: readonly string[]
  subdomain: { readonly enabled: boolean; readonly previews_enabled: boolean }
}

export interface Domain {
  readonly id: string
  readonly hostname: string
  readonly service: string
}

/** The one that calls the API, as far as it tells of itself. */
export interface ApiToken {
  readonly owner: 'user' | 'account'
  readonly status: 'active' | 'disabled' | 'expired'
  readonly expires_on?: string
}

export interface Account {
  apiToken: ApiToken
  readonly workers: Map<string, Worker>
  readonly domains: Map<string, Domain>
  /** Titles by id. */
  readonly namespaces: Map<string, string>
  /** Hashes of uploaded static files. */
  readonly assets: Set<string>
}

/** The part `metadata` of an upload, as far as it is looked at. */
export interface UploadMetadata {
  readonly bindings: readonly Binding[]
  readonly keep_bindings?: readonly string[]
  readonly migrations?: { readonly old_tag?: string; readonly new_tag: string }
  readonly annotations?: Readonly<Record<string, string>>
}

export function createAccount(): Account {
  return {
    apiToken: { owner: 'user', status: 'active' },
    workers: new Map(),
    domains: new Map(),
    namespaces: new Map(),
    assets: new Set(),
  }
}

/** Makes the worker where it is not there yet, and a version of it, which nothing deploys. */
export function addVersion(
  { workers }: Account,
  name: string,
  metadata: UploadMetadata,
  modules: ReadonlyMap<string, string>,
): { readonly worker: Worker; readonly version: Version } {
  const worker = workers.get(name) ?? createWorker(name)
  workers.set(name, worker)
  const { bindings, keep_bindings: kept = [], annotations = {}, migrations } = metadata
  const given = new Set(bindings.map((binding) => binding.name))
  const before = worker.versions.at(-1)?.bindings ?? []
  const version = {
    id: randomUUID(),
    bindings: [
      ...bindings,
      ...before.filter((binding) => kept.includes(binding.type) && !given.has(binding.name)),
    ],
    annotations,
    modules,
    createdOn: new Date().toISOString(),
  }
  worker.versions.push(version)
  worker.migrationTag = migrations?.new_tag ?? worker.migrationTag
  return { worker, version }
}

export function deployVersions(
  worker: Worker,
  versions: readonly Share[],
  annotations: Deployment['annotations'] = {},
): Deployment {
  const deployment = {
    id: randomUUID(),
    versions,
    annotations,
    created_on: new Date().toISOString(),
  }
  worker.deployments.unshift(deployment)
  return deployment
}

function createWorker(name: string): Worker {
  return {
    name,
    versions: [],
    deployments: [],
    migrationTag: undefined,
    crons: [],
    subdomain: { enabled: true, previews_enabled: true }, // as Cloudflare's own defaults
  }
}
