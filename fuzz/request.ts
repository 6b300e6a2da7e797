// Mutated request heads against the real data plane, in this process, with a real upstream: no fault, no
// 5xx, the verdict that an oracle expects, and nothing at the upstream that only the gateway may say.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { createAddressWatch } from '../src/gateway/address-watch.ts'
import { createGateway } from '../src/gateway/gateway.ts'
import { createRefusalResponse } from '../src/gateway/refusal-response.ts'
import { toStored } from '../src/keys/stored-record.ts'
import { createUnknownTokens } from '../src/gateway/unknown-tokens.ts'
import { verifyToken } from '../src/keys/token.ts'
import { ERRORS_PATH } from '../src/problems/errors-url.ts'
import { createIsolateCache } from '../src/stores/isolate-cache.ts'
import { allows, type PlainAddress, readAddress } from '../harness/ip-oracle.ts'
import { toBlockHmacKey } from '../src/keys/block-hmac.ts'
import { ringEntry, ringOf } from '../harness/rings.ts'
import { type Head, headOf } from './heads.ts'
import { type FuzzKey, makeFuzzKeys, PREFIX } from './keys.ts'

const GOOD_CREDENTIAL = /^(?:(?:token|bearer|bearer[ \t]+token)[ \t]+)(\S+)$/i
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** What upstreams take for an address, a user or a host. */
const FOR_IDENTITY = new Set(['client-ip', 'remote.user', 'x-forwarded', 'x-real-ip', 'forwarded'])
const LEASE_MS = 100
const NEVER = new Promise<void>(() => undefined)
const NO_KEY = ['credential_ambiguous', 'credential_missing', 'key_invalid']

export interface RequestFuzz {
  readonly property: fc.IAsyncPropertyWithHooks<[Head]>
  readonly stop: () => void
}

export async function startRequestFuzz(): Promise<RequestFuzz> {
  const ring = await ringOf(toBlockHmacKey, ringEntry('A', 'a'))
  const keys = makeFuzzKeys(ring)
  const byLookupId = new Map(keys.map((key) => [key.lookupId, toStored(key.record)]))
  const upstream = createServer((request, response) => {
    response.end(JSON.stringify([request.url, ...request.rawHeaders]))
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')

  const notes: (readonly [string | undefined, boolean])[] = []
  let now = 0
  const nowMs = () => now++ // so that a key is judged by its lease at times, and by an answer at times
  const onFault = (fault: string, error: unknown) => {
    // Node's fetch refuses some headers, such as an Upgrade, which it reports as a failed connection.
    if (fault !== 'upstream') assert.fail(`${fault}: ${String(error)}`)
  }
  const gateway = createGateway({
    upstream: {
      base: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/base`,
      timeoutMs: 10_000,
    },
    tokenPrefix: PREFIX,
    preflight: 'forward',
    verifyToken: (token) => verifyToken(PREFIX, ring, token),
    importedLookupIds: () => null,
    unknownTokens: createUnknownTokens(nowMs),
    speculation: true,
    cache: createIsolateCache({ entries: 10, bytes: 1e6 }),
    readKvRecord: async (lookupId) => byLookupId.get(lookupId) ?? null,
    findDatabaseRecord: async () => null,
    questions: {
      newest: () => 0,
      countOnTheirWay: () => 0,
      async ask(lookupId) {
        const says = byLookupId.get(lookupId) ?? { kind: 'unknown', word: undefined }
        const lease = { askedMs: nowMs(), leaseMs: LEASE_MS, leaseEnds: NEVER }
        const nothing = { objectMs: null, granted: null, unwrittenMs: 0 }
        return { says, question: 1, ...lease, ...nothing }
      },
    },
    limits: {
      spend: () => assert.fail('no key of the fuzzer has a limit'),
      askBeside: () => assert.fail('no key of the fuzzer has a limit'),
      askAhead: () => assert.fail('no key of the fuzzer has a limit'),
    },
    seed: async (_, record) => toStored(record),
    clock: { isTrusted: () => true, compare: () => undefined },
    timeoutMs: 1_000,
    graceMs: 0,
    later: () => undefined,
    wait: async () => undefined,
    addressWatch: createAddressWatch(() => undefined, nowMs),
    use: {
      noteAllowed({ lookupId }, _, isReported) {
        if (isReported) notes.push([byLookupId.get(lookupId)?.keyId, false])
      },
      noteRefused({ lookupId }, _, reason) {
        if (reason === 'ip_denied') notes.push([byLookupId.get(lookupId)?.keyId, true])
      },
    },
    signAssertion: async () => 'assertion',
    refusalResponse: createRefusalResponse(ERRORS_PATH),
    onFault,
    logRequest: () => undefined,
    nowMs,
  })

  const property = fc.asyncProperty(headOf(keys.map(({ token }) => token)), async (head) => {
    const { headers, kept } = accepted(head)
    const request = new Request(`https://gateway.example/${head.path.slice(1)}`, {
      method: head.method,
      headers,
    })
    notes.length = 0
    const response = await gateway(request, request.url)
    const text = await response.text()
    assert.ok(response.headers.get('x-request-id'), 'an answer without a request id')
    const expected = verdictOf(head.method, kept, keys)
    const hidden = expected.granted && hidesDotSegment(request.url)
    if (hidden) {
      assert.equal(response.status, 400)
      if (head.method !== 'HEAD') assert.match(text, /"code":"request_malformed"/)
      return
    }
    if (response.status === 502) {
      // This process's fetch() has no WebSockets, as workerd's has.
      assert.ok(expected.granted && headers.get('upgrade')?.toLowerCase() === 'websocket')
      return
    }
    assert.ok(expected.statuses.includes(response.status), `a status of ${response.status}`)
    assert.deepEqual(notes, expected.notes)
    if (expected.granted) {
      if (head.method !== 'HEAD') checkUpstream(JSON.parse(text) as string[], expected)
    } else if (head.method !== 'HEAD') {
      const { code, client_ip: clientIp } = JSON.parse(text) as Record<string, string>
      assert.ok(expected.codes.includes(code ?? ''), `${code}, not ${expected.codes.join()}`)
      if (code === 'ip_denied') {
        assert.deepEqual(clientIp === null ? null : readAddress(clientIp ?? ''), expected.address)
      }
    }
  })
  return {
    property,
    stop: () => {
      upstream.closeAllConnections()
      upstream.close()
    },
  }
}

type Pairs = readonly (readonly [string, string])[]

/** The headers that an HTTP parser lets through (RFC 9110 §5.5), joined and one by one. */
function accepted({ headers: given }: Head): { headers: Headers; kept: Pairs } {
  const headers = new Headers()
  const kept: [string, string][] = []
  for (const [name, value] of given) {
    if (!FIELD_VALUE.test(value)) continue
    headers.append(name, value)
    kept.push([name.toLowerCase(), new Headers([[name, value]]).get(name) ?? ''])
  }
  return { headers, kept }
}

interface Expected {
  readonly granted: boolean
  readonly statuses: readonly number[]
  readonly codes: readonly string[]
  readonly notes: readonly (readonly [string, boolean])[]
  readonly address: PlainAddress | null
  /** Null for a preflight, which is forwarded without a key. */
  readonly keyId: string | null
}

function verdictOf(method: string, pairs: Pairs, keys: readonly FuzzKey[]): Expected {
  const named = (name: string) => pairs.filter(([own]) => own === name).map(([, value]) => value)
  const [value, ...more] = named('cf-connecting-ip')
  const address = value === undefined || more.length > 0 ? null : readAddress(value)
  const granted = { granted: true, statuses: [200], codes: [], notes: [], address, keyId: null }
  const refused = { ...granted, granted: false }
  const isPreflight = ['origin', 'access-control-request-method'].every(
    (name) => named(name).length > 0,
  )
  if (method === 'OPTIONS' && isPreflight) return granted

  const [authorization] = named('authorization')
  const [apiKey] = named('x-api-key')
  const count = named('authorization').length + named('x-api-key').length
  const token = apiKey ?? GOOD_CREDENTIAL.exec(authorization ?? '')?.[1]
  const key = count === 1 ? keys.find((known) => known.token === token) : undefined
  if (key === undefined) {
    return { ...refused, statuses: [400, 401], codes: NO_KEY }
  }
  const { record, networks } = key
  if (record.kind === 'tombstone') return { ...refused, statuses: [401], codes: ['key_revoked'] }
  if (record.accountStatus !== 'active')
    return { ...refused, statuses: [403], codes: ['account_inactive'] }
  const { keyId } = record
  const isOff = networks.length > 0 && (address === null || !allows(networks, address))
  if (!isOff) return { ...granted, keyId }
  return record.ipAclMode === 'report'
    ? { ...granted, keyId, notes: [[keyId, false]] }
    : { ...refused, statuses: [403], codes: ['ip_denied'], notes: [[keyId, true]] }
}

/** Whether a `.` or `..` is a segment of the path once it is decoded and cut into its parts. */
function hidesDotSegment(url: string): boolean {
  const { pathname } = new URL(url)
  const decoded = pathname.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    Buffer.from(hex, 'hex').toString('latin1'),
  )
  const segments = decoded.replaceAll(/[\t\r\n]/g, '').split(/[/\\]/)
  return segments.some((segment) => ['.', '..'].includes(segment.split(/[;?#\0]/)[0] ?? ''))
}

/** `received`: the URL at the upstream, then names and values of its headers. */
function checkUpstream([url = '', ...received]: readonly string[], expected: Expected): void {
  assert.ok(url.startsWith('/base/'), `the URL ${url}`)
  const names = received.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
  const valuesOf = (name: string) =>
    received.filter((_, i) => i % 2 === 1 && names[(i - 1) / 2] === name)
  assert.ok(!received.some((text) => text.includes(PREFIX)), 'a token at the upstream')
  assert.ok(!names.some((name) => name.includes('_') || name.startsWith('cf-')))
  assert.ok(!names.some((name) => FOR_IDENTITY.has(name)), names.join())
  const ours = names.filter((name) => name.startsWith('x-portal-'))
  const { keyId, address } = expected
  assert.deepEqual(valuesOf('x-portal-key'), keyId === null ? [] : [keyId])
  assert.equal(ours.length, keyId === null ? 0 : address === null ? 3 : 4, ours.join())
  const seen = valuesOf('x-forwarded-for').map(readAddress)
  assert.deepEqual(seen, address === null ? [] : [address])
}
