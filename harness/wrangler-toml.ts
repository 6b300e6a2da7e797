// wrangler.toml: what the worker is, on this machine and at Cloudflare. Read without wrangler, whose import
// alone takes seconds.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'smol-toml'
import type { Unstable_RawConfig } from 'wrangler'
import { Failure } from './failure.ts'
import { PROJECT_DIR } from './project-dir.ts'

export type RawConfig = Unstable_RawConfig

export const WRANGLER_TOML = join(PROJECT_DIR, 'wrangler.toml')

/** A file of TOML; a Failure that names the line where it is none. */
export function readToml(file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n', 1)
    throw new Failure(`${file} cannot be read (${first})`)
  }
}

/**
 * Writes a configuration that is based on wrangler.toml to a folder, where wrangler keeps its own files
 * too, and answers its path. What it names in this checkout is named absolutely.
 */
export function writeConfiguration(dir: string, config: RawConfig): string {
  mkdirSync(dir, { recursive: true })
  const file = join(dir, 'wrangler.json')
  const { main = '', assets } = config
  const absolute = {
    ...config,
    main: resolve(PROJECT_DIR, main),
    assets: { ...assets, directory: resolve(PROJECT_DIR, assets?.directory ?? '') },
    build: { ...config.build, cwd: PROJECT_DIR },
  }
  writeFileSync(file, JSON.stringify(absolute, null, 2))
  return file
}

/** Under this name KV's state is kept, whatever namespace somebody put into wrangler.toml. */
const LOCAL_KV = '0'.repeat(32)

/**
 * The worker's bindings, as Miniflare takes them. Variables and ids of a deployment, if somebody put any
 * into wrangler.toml, are left out: neither `npm start` nor a test must reach what they name.
 */
export function toMiniflareBindings({
  compatibility_date: compatibilityDate = '',
  kv_namespaces: namespaces = [],
  durable_objects: objects,
  ratelimits = [],
  version_metadata: versionMetadata,
  assets,
}: RawConfig) {
  return {
    compatibilityDate,
    kvNamespaces: toRecord(namespaces, ({ binding }) => [binding, { id: LOCAL_KV }]),
    durableObjects: toRecord(objects?.bindings ?? [], ({ name, class_name: className }) => {
      return [name, { className, useSQLite: true }]
    }),
    ratelimits: toRecord(ratelimits, ({ name, ...limit }) => [name, limit]),
    ...(versionMetadata !== undefined && { versionMetadata: versionMetadata.binding }),
    assets: {
      binding: assets?.binding ?? '',
      routerConfig: {
        has_user_worker: true,
        invoke_user_worker_ahead_of_assets: assets?.run_worker_first === true,
      },
      assetConfig: {
        html_handling: assets?.html_handling ?? 'none',
        not_found_handling: assets?.not_found_handling ?? 'none',
      },
    },
  }
}

function toRecord<In, Out>(
  list: readonly In[],
  toEntry: (one: In) => [string, Out],
): Record<string, Out> {
  return Object.fromEntries(list.map(toEntry))
}
