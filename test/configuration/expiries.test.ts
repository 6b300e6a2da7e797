import { expect, it } from 'vitest'
import { endingSoon, EXPIRY_WARNING_MS, expiriesOf } from '../../src/configuration/expiries.ts'

const END = 1_800_000_000_000
const LIBSQL_AUTH_TOKEN = ['', btoa(JSON.stringify({ exp: END / 1_000 })), ''].join('.')

it('has the end of each credential that has one', () => {
  const client = { IDENTITY: 'oidc', OIDC_CLIENT_SECRET_EXPIRES: 1 } as const
  expect(expiriesOf({ LIBSQL_AUTH_TOKEN, ...client })).toEqual([
    { name: 'LIBSQL_AUTH_TOKEN', expiresAtMs: END },
    { name: 'OIDC_CLIENT_SECRET', expiresAtMs: 1 },
  ])
  expect(expiriesOf({ IDENTITY: 'oidc' })).toEqual([])
})

it('has no client secret where nobody logs in with it', () => {
  expect(expiriesOf({ IDENTITY: 'local', OIDC_CLIENT_SECRET_EXPIRES: 1 })).toEqual([])
})

it('names two weeks ahead what ends, and what has ended', () => {
  const expiries = [{ name: 'LIBSQL_AUTH_TOKEN', expiresAtMs: END }]
  expect(endingSoon(expiries, END - EXPIRY_WARNING_MS)).toEqual([])
  expect(endingSoon(expiries, END - EXPIRY_WARNING_MS + 1)).toEqual(expiries)
  expect(endingSoon(expiries, END + 1)).toEqual(expiries)
})
