// nginx with Lua that checks a key as the gateway does, against the same nginx without the check: each
// with one worker process and keep-alive connections to the upstream. The check is in nginx-lua/.

import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import { createAssertionSigner, importAssertionKeys } from '../../src/gateway/assertion.ts'
import { decodeKeyRecord, type LiveKeyRecord } from '../../src/keys/key-record.ts'
import type { BenchKey } from '../../harness/key.ts'
import { startNginx } from '../nginx.ts'
import { forged, mustRefuse, type Peer } from './peer.ts'

export interface NginxLuaOptions {
  /** For the configurations. */
  readonly dir: string
  readonly key: BenchKey
  readonly tokenKeys: string
  readonly assertionKeys: string
  readonly upstreamUrl: string
}

const PREFIX = 'cpk_'
const RECORDS = '10m'
const DENIED_ADDRESS = '198.51.100.1'
const DOES_LESS =
  'a record is believed for 30 s, no authority is asked, and nothing ever changes it; ' +
  'the assertion is signed once, at the start; no line in a log, no note of denied addresses, no CORS preflight'

/** Of the client, and not to be passed on, beyond what nginx drops by itself. */
const REMOVED = [
  'Authorization',
  'X-API-Key',
  'CF-Connecting-IP',
  'Proxy-Connection',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Trailer',
  'Forwarded',
  'X-Real-IP',
  'True-Client-IP',
  'X-Client-IP',
  'X-Original-URL',
  'X-Rewrite-URL',
]
const ADDED = {
  'X-Portal-Account': '$portal_account',
  'X-Portal-Key': '$portal_key',
  'X-Portal-Assertion': '$portal_assertion',
  'X-Portal-Client-IP': '$portal_client_ip',
  'X-Forwarded-For': '$portal_client_ip',
  'X-Forwarded-Host': '$http_host',
  'X-Forwarded-Proto': '$scheme',
  'X-Request-Id': '$portal_request_id',
}
const PASS = `proxy_http_version 1.1;
proxy_set_header Connection "";
proxy_pass http://upstream;`

export async function startNginxLua(options: NginxLuaOptions): Promise<Peer> {
  const { dir, key, upstreamUrl } = options
  const upstream = upstreamBlock(upstreamUrl)
  const bare = await startNginx({
    dir: join(dir, 'bare'),
    http: upstream,
    server: `location / {\n${PASS}\n}`,
  })
  const checked = await startNginx({
    dir: join(dir, 'checked'),
    http: `${upstream}\n${await luaBlock(options)}`,
    server: CHECKED,
    lua: true,
  })
  const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': key.address }
  const peer: Peer = {
    name: 'nginx with Lua',
    doesLess: DOES_LESS,
    target: { url: `${checked.url}/customer`, headers, status: 200, pids: checked.pids },
    bare: { url: `${bare.url}/customer`, headers, status: 200, pids: bare.pids },
    async stop() {
      await Promise.all([checked.stop(), bare.stop()])
    },
  }
  await mustRefuse(peer.target, { ...headers, 'X-API-Key': forged(key.token) }, 401)
  await mustRefuse(peer.target, { ...headers, 'CF-Connecting-IP': DENIED_ADDRESS }, 403)
  return peer
}

const CHECKED = `location / {
set $portal_account "";
set $portal_key "";
set $portal_assertion "";
set $portal_client_ip "";
access_by_lua_block { require('gateway').access() }
${REMOVED.map((name) => `proxy_set_header ${name} "";`).join('\n')}
${Object.entries(ADDED)
  .map(([name, value]) => `proxy_set_header ${name} ${value};`)
  .join('\n')}
proxy_hide_header X-Request-Id;
add_header X-Request-Id $portal_request_id always;
${PASS}
}`

function upstreamBlock(url: string): string {
  return `upstream upstream {
server ${new URL(url).host};
keepalive 64;
keepalive_requests 1000000000;
}`
}

async function luaBlock(options: NginxLuaOptions): Promise<string> {
  const { key, tokenKeys } = options
  const record = decodeKeyRecord(key.kvValue)
  if (record?.kind !== 'live') throw new TypeError('A benchmark needs a live key')
  const ring = tokenKeys.split(',').map((entry) => {
    return `[${luaText(entry.slice(0, 1))}] = ${luaText(Buffer.from(entry.slice(2), 'base64url'))}`
  })
  const { lookupId } = key
  return `map $http_x_request_id $portal_request_id {
"~^[0-9A-Za-z._-]{1,128}$" $http_x_request_id;
default $request_id;
}
lua_shared_dict records ${RECORDS};
lua_package_path "${join(import.meta.dirname, 'nginx-lua', '?.lua')};;";
init_by_lua_block {
require('gateway').start {
prefix = ${luaText(PREFIX)},
ring = { ${ring.join(', ')} },
records = { [${luaText(Buffer.from(lookupId, 'base64url'))}] = ${luaText(storedForm(record))} },
assertion = ${luaText(await signAssertion(options, record))},
}
}`
}

function storedForm({ keyId, accountId, accountStatus, ipAclMode, ipAcl }: LiveKeyRecord): string {
  return [keyId, accountId, accountStatus, ipAclMode, ...ipAcl].join(' ')
}

async function signAssertion(
  { assertionKeys, upstreamUrl }: NginxLuaOptions,
  record: LiveKeyRecord,
): Promise<string> {
  const keys = await importAssertionKeys(assertionKeys)
  if (!keys.ok) throw new TypeError(keys.error)
  return await createAssertionSigner(keys.value, upstreamUrl, upstreamUrl)(record, Date.now())
}

/** A Lua string of any bytes, without a character that nginx or Lua could take for its own. */
function luaText(bytes: string | Buffer): string {
  return `'${[...Buffer.from(bytes)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`
}
