// The calls of Cloudflare's API that wrangler and `npm run deploy` make, on an account of the stand-in.
// Paths are those after /accounts/<id>. What a call does not need of the real answer is left out.

import { randomUUID } from 'node:crypto'
import {
  type Account,
  addVersion,
  deployVersions,
  type Share,
  type UploadMetadata,
  type Version,
  type Worker,
} from './account.ts'

/** An answer of the API that is no success, such as 10007 for a worker that does not exist. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: number

  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface Call {
  readonly account: Account
  /** What the pattern of the call names. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly request: Request
}

type Handler = (call: Call) => unknown

/** By method and path; each answers the `result`. */
export const CALLS: readonly (readonly [method: string, path: string, handler: Handler])[] = [
  ['GET', '/user/tokens/verify', ({ account }) => verifyToken(account, 'user')],
  ['GET', '/tokens/verify', ({ account }) => verifyToken(account, 'account')],
  ['GET', '/workers/services/:name', ({ account, params }) => toService(find(account, params))],
  ['GET', '/workers/workers/:name', ({ account, params }) => find(account, params)],
  ['GET', '/workers/scripts/:name/secrets', listSecrets],
  ['GET', '/workers/scripts/:name/settings', ({ account, params }) => newest(account, params)],
  ['PATCH', '/workers/scripts/:name/script-settings', ({ request }) => request.json()],
  ['PUT', '/workers/scripts/:name', uploadAndDeploy],
  ['POST', '/workers/scripts/:name/versions', uploadVersion],
  ['GET', '/workers/scripts/:name/versions', listVersions],
  ['GET', '/workers/scripts/:name/versions/:id', getVersion],
  ['GET', '/workers/scripts/:name/deployments', listDeployments],
  ['POST', '/workers/scripts/:name/deployments', createDeployment],
  ['POST', '/workers/scripts/:name/assets-upload-session', startAssets],
  ['POST', '/workers/assets/upload', uploadAssets],
  ['POST', '/workers/scripts/:name/subdomain', setSubdomain],
  ['PUT', '/workers/scripts/:name/schedules', setSchedules],
  ['POST', '/workers/scripts/:name/domains/changeset', compareDomains],
  ['PUT', '/workers/scripts/:name/domains/records', setDomains],
  ['GET', '/workers/domains', ({ account }) => [...account.domains.values()]],
  ['GET', '/storage/kv/namespaces', listNamespaces],
  ['POST', '/storage/kv/namespaces', createNamespace],
]

function verifyToken({ apiToken }: Account, asked: 'user' | 'account'): object {
  const { owner, ...told } = apiToken
  if (owner !== asked) throw new ApiError(401, 1000, 'Invalid API Token')
  return { id: 'ed17574386854bf78a67040be0a770b0', ...told }
}

function find({ workers }: Account, { name = '' }: Call['params']): Worker {
  const worker = workers.get(name)
  if (worker === undefined) {
    throw new ApiError(404, 10007, 'This Worker does not exist on your account.')
  }
  return worker
}

function toService({ name, migrationTag }: Worker) {
  const script = {
    tag: `tag-of-${name}`,
    migration_tag: migrationTag,
    last_deployed_from: 'wrangler',
  }
  return { id: name, default_environment: { environment: 'production', script } }
}

function newest(account: Account, params: Call['params']): object {
  return { bindings: find(account, params).versions.at(-1)?.bindings.map(withoutSecret) ?? [] }
}

function withoutSecret({ text, ...binding }: Version['bindings'][number]) {
  return binding.type === 'secret_text' ? binding : { ...binding, text }
}

function listSecrets({ account, params }: Call): object {
  const bindings = find(account, params).versions.at(-1)?.bindings ?? []
  return bindings.filter(({ type }) => type === 'secret_text').map(withoutSecret)
}

async function upload({ account, params, request }: Call) {
  const form = await request.formData()
  const metadata = JSON.parse(String(form.get('metadata'))) as UploadMetadata
  for (const { type, namespace_id: id } of metadata.bindings) {
    if (type !== 'kv_namespace' || account.namespaces.has(String(id))) continue
    throw new ApiError(400, 10041, `KV namespace '${String(id)}' not found.`)
  }
  const modules = new Map<string, string>()
  for (const [name, value] of form.entries()) {
    if (value instanceof File && name !== 'metadata') modules.set(name, await value.text())
  }
  return addVersion(account, params['name'] ?? '', metadata, modules)
}

/** What a first deployment does, and one with a migration of Durable Objects. */
async function uploadAndDeploy(call: Call): Promise<object> {
  const { worker, version } = await upload(call)
  deployVersions(worker, [{ version_id: version.id, percentage: 100 }], version.annotations)
  return { id: worker.name, deployment_id: version.id.replaceAll('-', ''), startup_time_ms: 1 }
}

async function uploadVersion(call: Call): Promise<object> {
  const { migrationTag } = find(call.account, call.params)
  const { worker, version } = await upload(call)
  if (worker.migrationTag !== migrationTag) {
    throw new ApiError(400, 10211, 'Migrations must be applied by a whole deployment.')
  }
  return toVersion(version)
}

function toVersion({ id, bindings, annotations, createdOn }: Version) {
  return {
    id,
    annotations,
    startup_time_ms: 1,
    metadata: { created_on: createdOn, has_preview: false },
    resources: { script: { etag: id }, script_runtime: {}, bindings: bindings.map(withoutSecret) },
  }
}

function listVersions({ account, params }: Call): object {
  return { items: find(account, params).versions.toReversed().map(toVersion) }
}

function getVersion({ account, params }: Call): object {
  const version = find(account, params).versions.find(({ id }) => id === params['id'])
  if (version === undefined) throw new ApiError(404, 10092, 'Version not found')
  return toVersion(version)
}

function listDeployments({ account, params }: Call): object {
  return { deployments: find(account, params).deployments }
}

async function createDeployment({ account, params, request }: Call): Promise<object> {
  const worker = find(account, params)
  const { versions, annotations } = await request.json<{
    versions: Share[]
    annotations?: Record<string, string>
  }>()
  const known = versions.every((share) => worker.versions.some(({ id }) => id === share.version_id))
  const sum = versions.reduce((total, { percentage }) => total + percentage, 0)
  if (!known || sum !== 100) throw new ApiError(400, 10001, 'Invalid versions')
  return deployVersions(worker, versions, annotations)
}

async function startAssets({ account, request }: Call): Promise<object> {
  const { manifest } = await request.json<{ manifest: Record<string, { hash: string }> }>()
  const wanted = Object.values(manifest).map(({ hash }) => hash)
  const missing = wanted.filter((hash) => !account.assets.has(hash))
  return { jwt: '<of the upload>', buckets: missing.length === 0 ? [] : [missing] }
}

async function uploadAssets({ account, request }: Call): Promise<object> {
  for (const hash of (await request.formData()).keys()) account.assets.add(hash)
  return { jwt: '<of the assets>' }
}

async function setSubdomain({ account, params, request }: Call): Promise<object> {
  return (find(account, params).subdomain = await request.json<Worker['subdomain']>())
}

async function setSchedules({ account, params, request }: Call): Promise<object> {
  const crons = await request.json<{ cron: string }[]>()
  find(account, params).crons = crons.map(({ cron }) => cron)
  return { schedules: crons }
}

async function compareDomains({ account, params, request }: Call): Promise<object> {
  const { name } = find(account, params)
  const wanted = (await request.json<{ hostname: string }[]>()).map(({ hostname }) => hostname)
  const known = [...account.domains.values()]
  return {
    added: wanted
      .filter((hostname) => !account.domains.has(hostname))
      .map((hostname) => ({ hostname })),
    removed: known.filter(
      ({ hostname, service }) => service === name && !wanted.includes(hostname),
    ),
    updated: known
      .filter(({ hostname }) => wanted.includes(hostname))
      .map((domain) => ({ ...domain, modified: domain.service !== name })),
    conflicting: [],
  }
}

/** The worker has these domains, and no other ones, whoever had them before. */
async function setDomains({ account, params, request }: Call): Promise<object> {
  const { name } = find(account, params)
  const { origins } = await request.json<{ origins: { hostname: string }[] }>()
  for (const { hostname, service } of account.domains.values()) {
    if (service === name) account.domains.delete(hostname)
  }
  for (const { hostname } of origins) {
    account.domains.set(hostname, { id: randomUUID(), hostname, service: name })
  }
  return [...account.domains.values()]
}

function listNamespaces({ account }: Call): object {
  return [...account.namespaces].map(([id, title]) => ({ id, title }))
}

async function createNamespace({ account, request }: Call): Promise<object> {
  const { title } = await request.json<{ title: string }>()
  if ([...account.namespaces.values()].includes(title)) {
    throw new ApiError(400, 10014, 'a namespace with this account ID and title already exists')
  }
  const id = randomUUID().replaceAll('-', '')
  account.namespaces.set(id, title)
  return { id, title }
}
