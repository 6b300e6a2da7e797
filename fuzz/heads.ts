// Heads of requests: good ones, near misses, and headers that a client should not send.

import fc from 'fast-check'
import { anyAddress, anyText, ipv6Spelling, spelled } from '../harness/ip-oracle.ts'
import { mutated } from '../harness/mutated.ts'

export interface Head {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
}

const SCHEMES = ['Token ', 'Bearer ', 'bearer token ', 'BEARER\tToken ', 'Basic ', 'Token', '']
const OTHER_NAMES = [
  'Client-IP',
  'Connection',
  'Cookie',
  'Expect',
  'Forwarded',
  'Origin',
  'Access-Control-Request-Method',
  'Proxy-Authorization',
  'Remote.User',
  'Upgrade',
  'X-Forwarded',
  'X-Forwarded-For',
  'X_Host',
  'X-Portal-Key',
  'X_Portal_Account',
  'X-Real-IP',
  'X-Request-Id',
]
const OTHER_VALUES = [
  'authorization, x-api-key, x-portal-key',
  'portal_session=x; other=y',
  'websocket',
  '192.0.2.1',
  'https://evil.example',
  'GET',
  'key_forged',
  'a',
]
const ADDRESSES = ['192.0.2.1', '::ffff:192.0.2.9', '2001:db8::1', '2a06:98c0:3600::103']
const PATHS = [
  '/',
  '/customer',
  '//evil.example/x',
  '/%2e%2e/x',
  '/../x',
  '/a/.%2E/../x',
  '/a%00b',
  '/a/..;/b',
  '/a/..%5cb',
  '/a/%2e%2e%2fb',
  '/a/.%2e%3bx/b',
  '/a/..%00/b',
  '/?api_key=x',
  '/x#y',
]

export function headOf(tokens: readonly string[]): fc.Arbitrary<Head> {
  const token = fc.constantFrom(...tokens, `${tokens[0]?.slice(0, -1)}!`)
  const authorization = fc
    .tuple(fc.constantFrom(...SCHEMES), token)
    .map(([scheme, value]) => ['Authorization', scheme + value] as const)
  const apiKey = token.map((value) => ['X-API-Key', value] as const)
  const credential = withMutants(fc.oneof(authorization, apiKey))
  const address = withMutants(
    fc
      .oneof(
        { weight: 3, arbitrary: fc.constantFrom(...ADDRESSES) },
        { weight: 1, arbitrary: anyAddress.map(spelled) },
        { weight: 1, arbitrary: ipv6Spelling.map(({ text }) => text) },
      )
      .map((text) => ['CF-Connecting-IP', text] as const),
  )
  const other = withMutants(
    fc.tuple(fc.constantFrom(...OTHER_NAMES), fc.oneof(fc.constantFrom(...OTHER_VALUES), anyText)),
  )
  return fc.record({
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'PROPFIND'),
    path: fc.oneof(fc.constantFrom(...PATHS), mutated(fc.constantFrom(...PATHS))),
    headers: fc
      .tuple(several(credential), several(address), fc.array(other, { maxLength: 3 }))
      .map((groups) => groups.flat()),
  })
}

/** Mostly one, as it should be; else none or two. */
function several<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.array(one, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 2 }) },
  )
}

function withMutants(header: fc.Arbitrary<readonly [string, string]>) {
  const mutant = header.chain(([name, value]) =>
    fc.tuple(fc.constant(name), mutated(fc.constant(value))),
  )
  return fc.oneof({ weight: 3, arbitrary: header }, { weight: 1, arbitrary: mutant })
}
