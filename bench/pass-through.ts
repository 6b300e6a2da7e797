// The workers that the gateway is compared with: they pass a request on and authenticate nobody.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const BARE = `
  const url = new URL(request.url)
  return await fetch(env.UPSTREAM_URL + url.pathname + url.search, request)`

const SCRIPTS = {
  bare: BARE,
  'bare with one KV read': `
  await env.KEYS.get('key:none', { type: 'text', cacheTtl: 30 })${BARE}`,
}

/** Writes a worker to `dir`/index.js. */
export function writePassThrough(dir: string, kind: keyof typeof SCRIPTS): void {
  mkdirSync(dir)
  const script = `export default { async fetch(request, env) {${SCRIPTS[kind]}\n} }\n`
  writeFileSync(join(dir, 'index.js'), script)
}
