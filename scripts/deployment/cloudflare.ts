// What Cloudflare has of a worker: which versions are live, with which bindings, and whose a custom domain
// is. Wrangler shows no command all of that, so its API is asked, with wrangler's own credentials.

import * as z from 'zod'
import { Failure } from '../../harness/failure.ts'
import { credentials } from './wrangler.ts'

const API = 'https://api.cloudflare.com/client/v4'

/** The address of a call, `path` with all behind the version of the API. */
export function apiUrl(path: string): string {
  return (process.env['CLOUDFLARE_API_BASE_URL'] ?? API) + path
}

/** https://developers.cloudflare.com/workers/observability/errors/ names no codes; wrangler knows these. */
const NO_SUCH_WORKER = [10_007, 10_090]

const bindingSchema = z.looseObject({
  name: z.string(),
  type: z.string(),
  text: z.string().optional(),
  namespace_id: z.string().optional(),
  /** Of a class of Durable Objects; `script_name` if it is another worker's. */
  class_name: z.string().optional(),
  script_name: z.string().optional(),
})
export type Binding = z.infer<typeof bindingSchema>

const secretsSchema = z.array(z.object({ name: z.string() }))
const domainsSchema = z.array(z.object({ hostname: z.string(), service: z.string() }))
export type Domain = z.infer<typeof domainsSchema>[number]

const shareSchema = z.object({ version_id: z.string(), percentage: z.number() })
type Share = z.infer<typeof shareSchema>
const deploymentsSchema = z.object({
  deployments: z.array(z.object({ versions: z.array(shareSchema) })),
})
const versionSchema = z.object({
  metadata: z.object({ created_on: z.string() }),
  resources: z.object({ bindings: z.array(bindingSchema) }),
})

/** One of the versions that requests reach. */
export interface LiveVersion {
  readonly id: string
  readonly percentage: number
  readonly createdOn: string
  readonly bindings: readonly Binding[]
}

export interface Cloudflare {
  /** What requests reach, newest first; none where the worker was never deployed. */
  readonly liveVersions: () => Promise<readonly LiveVersion[]>
  /** Of the newest version, from which the next one inherits them. */
  readonly secretNames: () => Promise<readonly string[]>
  /** All custom domains of the account. */
  readonly domains: () => Promise<readonly Domain[]>
}

/** `timeoutMs` is for each call. */
export function connectCloudflare(
  accountId: string,
  worker: string,
  configFile: string,
  timeoutMs: number,
): Cloudflare {
  const script = `/workers/scripts/${worker}`
  let headers: Record<string, string> | undefined

  /** The `result`, null where there is no such worker. */
  async function ask<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    headers ??= await credentials(configFile, timeoutMs)
    const url = apiUrl(`/accounts/${accountId}${path}`)
    const { status, body } = await getJson(url, headers, timeoutMs)
    if (body.errors?.some(({ code }) => NO_SUCH_WORKER.includes(code)) === true) return null
    const result = schema.safeParse(body.result)
    if (status === 200 && result.success) return result.data
    const [error] = body.errors ?? []
    const why = error === undefined ? '' : `, ${error.message} [code: ${error.code}]`
    throw new Failure(
      `Cloudflare cannot be asked (GET ${path}: ${status}${why}): see which rights the API token needs in docs/operate/environments.md#ci`,
    )
  }

  async function toLive({ version_id: id, percentage }: Share): Promise<LiveVersion[]> {
    const version = await ask(`${script}/versions/${id}`, versionSchema)
    if (version === null) return [] // deleted since
    const { metadata, resources } = version
    return [{ id, percentage, createdOn: metadata.created_on, bindings: resources.bindings }]
  }

  return {
    async liveVersions() {
      const answer = await ask(`${script}/deployments`, deploymentsSchema)
      const [latest] = answer?.deployments ?? []
      const live = (await Promise.all((latest?.versions ?? []).map(toLive))).flat()
      return live.toSorted((a, b) => b.createdOn.localeCompare(a.createdOn))
    },
    async secretNames() {
      return (await ask(`${script}/secrets`, secretsSchema))?.map(({ name }) => name) ?? []
    },
    domains: async () => (await ask('/workers/domains', domainsSchema)) ?? [],
  }
}

interface Answer {
  readonly result?: unknown
  readonly errors?: readonly { readonly code: number; readonly message: string }[]
}

async function getJson(url: string, headers: Record<string, string>, timeoutMs: number) {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    return { status: response.status, body: await response.json<Answer>() }
  } catch (error) {
    const { name, cause } = error as Error
    const code = (cause as NodeJS.ErrnoException | undefined)?.code
    const why = name === 'TimeoutError' ? `no answer within ${timeoutMs / 1_000} s` : (code ?? name)
    throw new Failure(`Cloudflare cannot be asked (${why}): try again, nothing was changed by this`)
  }
}
