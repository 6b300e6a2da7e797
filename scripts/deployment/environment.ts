// An environment: what one deployment has of its own, in environments/<name>.toml, which git ignores. All
// else is wrangler.toml's, and the same for all of them. The members are wrangler's, and a closed list, so
// that staging runs what production runs.

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import * as z from 'zod'
import { Failure } from '../../harness/failure.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { type RawConfig, readToml, WRANGLER_TOML } from '../../harness/wrangler-toml.ts'

export const EXAMPLE = 'example'

const routeSchema = z.union(
  [
    z.string(),
    z.strictObject({ pattern: z.string(), custom_domain: z.literal(true) }),
    z.strictObject({ pattern: z.string(), zone_name: z.string() }),
    z.strictObject({ pattern: z.string(), zone_id: z.string() }),
  ],
  'must be a pattern, alone or in a table with custom_domain = true, zone_name or zone_id',
)

const schema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be letters, digits and dashes'),
  account_id: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits'),
  routes: z.array(routeSchema).default([]),
  kv_namespaces: z
    .array(z.strictObject({ binding: z.literal('KEYS'), id: z.string() }))
    .length(1, 'must be one namespace, with the binding KEYS'),
  vars: z.record(z.string(), z.string('must be text: write it in quotes')),
})

const MEMBERS = Object.keys(schema.shape)

export interface Environment extends z.infer<typeof schema> {
  /** The name of its file. */
  readonly title: string
  readonly file: string
  readonly kvId: string
}

/** Reads an environment by its name or its file; a Failure where it is not there or has another form. */
export function readEnvironment(named: string): Environment {
  const file = fileOf(named)
  if (!existsSync(file)) {
    throw new Failure(
      `There is no environment ${file}: copy environments/${EXAMPLE}.toml there and fill it in`,
    )
  }
  const parsed = schema.safeParse(readToml(file))
  if (!parsed.success) {
    throw new Failure(parsed.error.issues.map((issue) => `${file}: ${toText(issue)}`).join('\n'))
  }
  const title = basename(file, '.toml')
  return { ...parsed.data, title, file, kvId: parsed.data.kv_namespaces[0]?.id ?? '' }
}

/** environments/<name>.toml, unless it is a file already. */
export function fileOf(named: string): string {
  return named.endsWith('.toml')
    ? resolve(named)
    : join(PROJECT_DIR, 'environments', `${named}.toml`)
}

/** wrangler.toml with what the environment has of its own. */
export function toConfiguration(
  { name, account_id, routes, kv_namespaces, vars }: Environment,
  template = readTemplate(),
): RawConfig {
  const { ratelimits = [] } = template
  return {
    ...template,
    name,
    account_id,
    routes,
    kv_namespaces,
    vars,
    ratelimits: ratelimits.map((limit) => ({
      ...limit,
      namespace_id: rateLimitId(name, limit.name),
    })),
  }
}

/** wrangler.toml; a Failure where it holds what an environment has of its own. */
export function readTemplate(file = WRANGLER_TOML): RawConfig {
  const template: RawConfig = readToml(file)
  const misplaced = (['account_id', 'route', 'routes', 'vars', 'env'] as const)
    .filter((member) => template[member] !== undefined)
    .map(String)
  const { id = '' } = template.kv_namespaces?.[0] ?? {}
  if (/[^0]/.test(id)) misplaced.push('the id of a KV namespace')
  if (misplaced.length > 0) {
    throw new Failure(
      `wrangler.toml holds ${misplaced.join(', ')}: it is the same for all environments, so move that to environments/production.toml, of which environments/${EXAMPLE}.toml is an example`,
    )
  }
  return template
}

function toText({ code, path, message, ...issue }: z.core.$ZodIssue): string {
  if (code === 'unrecognized_keys') {
    const { keys } = issue as { keys: string[] }
    const where = path.length === 0 ? 'an environment' : path.join('.')
    return `${keys.join(', ')} cannot be set for ${where}, which has ${MEMBERS.join(', ')}`
  }
  return `${path.join('.')} ${message.replace(/^Invalid input: /, 'is wrong: ')}`
}

/**
 * The number of a rate limit's counter, which is one for the whole account. So it follows from the worker's
 * name, and no two environments share one.
 */
function rateLimitId(worker: string, limit: string): string {
  const hash = createHash('sha256').update(`${worker}/${limit}`).digest()
  return String(hash.readUInt32BE() >>> 1)
}
