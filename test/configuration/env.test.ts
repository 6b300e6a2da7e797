import { describe, expect, it } from 'vitest'
import { parseSettings } from '../../src/configuration/env.ts'

const VARIABLES = {
  UPSTREAM_URL: 'https://portal.internal',
  LIBSQL_URL: 'libsql://portal.turso.io',
  TOKEN_KEYS: 'a:token-keys',
  ENCRYPTION_KEYS: 'a:encryption-keys',
  SESSION_KEYS: 'a:session-keys',
  ASSERTION_KEYS: '{}',
}

describe('parseSettings()', () => {
  it('has a default for whatever is not needed', () => {
    expect(settingsOf({})).toEqual({
      ...VARIABLES,
      UPSTREAM_TIMEOUT_MS: 30_000,
      AUTHORITY_TIMEOUT_MS: 1_000,
      TOKEN_PREFIX: 'cpk_',
      PREFLIGHT: 'forward',
      SECOND_FACTOR: 'optional',
      ENFORCEMENT: 'enforce',
      LEASE_MS: 1_000,
      OUTAGE_GRACE_S: 0,
      SPECULATION: 'on',
      SUPPORT_URL: 'https://support.commpeak.com/',
      LOG_SAMPLING: 1,
      ASSERTION_ISSUER: 'portal-gateway',
      IDENTITY: 'local',
      OIDC_SCOPES: 'openid email profile',
      OIDC_ACCOUNT_CLAIM: 'account_id',
      OIDC_ROLE_CLAIM: 'role',
      OIDC_ROLES: '{"owner":"owner","manager":"manager","viewer":"viewer"}',
    })
  })

  it('ignores bindings and variables of others', () => {
    expect(settingsOf({ KEYS: {}, ASSETS: {}, NODE_VERSION: '24' })).toEqual(settingsOf({}))
  })

  it.each([
    ['UPSTREAM_URL', 'http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['UPSTREAM_URL', 'https://portal.internal/', 'https://portal.internal'],
    ['UPSTREAM_URL', 'https://portal.internal/v1', 'https://portal.internal/v1'],
    ['UPSTREAM_URL', 'https://portal.internal/v1//', 'https://portal.internal/v1'],
    ['UPSTREAM_URL', 'HTTPS://Portal.Internal/V1', 'https://portal.internal/V1'],
    ['UPSTREAM_URL', 'https://portal.internal:443/', 'https://portal.internal'],
    ['UPSTREAM_TIMEOUT_MS', '1', 1],
    ['UPSTREAM_TIMEOUT_MS', '600000', 600_000],
    ['TOKEN_PREFIX', 'cpk_', 'cpk_'],
    ['TOKEN_PREFIX', 'cpk_test_', 'cpk_test_'],
    ['ADMIN_HOST', 'keys.example.com', 'keys.example.com'],
    ['ADMIN_HOST', 'Keys.Example.com', 'keys.example.com'],
    ['ADMIN_HOST', '127.0.0.1', '127.0.0.1'],
    ['ADMIN_HOST', 'localhost', 'localhost'],
    ['API_DOCS_URL', 'https://docs.example.com', 'https://docs.example.com/'],
    ['API_DOCS_URL', 'http://127.0.0.1:8080/a?b#c', 'http://127.0.0.1:8080/a?b#c'],
    ['API_DOCS_URL', 'https://docs.example.com/<x>', 'https://docs.example.com/%3Cx%3E'],
    ['SUPPORT_URL', 'https://support.example.com', 'https://support.example.com/'],
    ['SUPPORT_URL', 'mailto:help@example.com', 'mailto:help@example.com'],
    ['IMPORTED_TOKENS', '["^old_[0-9a-f]{32}$"]', '["^old_[0-9a-f]{32}$"]'],
    ['OIDC_CLIENT_SECRET_EXPIRES', '2027-03-31', Date.UTC(2027, 2, 31)],
    ['OIDC_CLIENT_SECRET_EXPIRES', '2027-03-31T12:00:00Z', Date.UTC(2027, 2, 31, 12)],
    [
      'OIDC_CLIENT_SECRET_EXPIRES',
      '2027-03-31T12:00:00.5+02:00',
      Date.UTC(2027, 2, 31, 10, 0, 0, 500),
    ],
    ['PREFLIGHT', 'refuse', 'refuse'],
    ['ENFORCEMENT', 'shadow', 'shadow'],
    ['LEASE_MS', '0', 0],
    ['LEASE_MS', '100', 100],
    ['LEASE_MS', '5000', 5_000],
    ['OUTAGE_GRACE_S', '0', 0],
    ['OUTAGE_GRACE_S', '1', 1],
    ['OUTAGE_GRACE_S', '3600', 3_600],
    ['SPECULATION', 'off', 'off'],
    ['LOG_SAMPLING', '1', 1],
    ['LOG_SAMPLING', '0.001', 0.001],
    ['LOG_SAMPLING', '.5', 0.5],
    ['EVENTS_SECRET', `whsec_${'A'.repeat(32)}`, `whsec_${'A'.repeat(32)}`],
    ['LIBSQL_URL', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['LIBSQL_AUTH_TOKEN', 'x', 'x'],
    ['ASSERTION_AUDIENCE', 'portal', 'portal'],
  ])('takes %s=%s', (name, text, value) => {
    expect(Object.entries(settingsOf({ [name]: text }))).toContainEqual([name, value])
  })

  it.each([
    ['UPSTREAM_URL', ''],
    ['UPSTREAM_URL', 'portal.internal'],
    ['UPSTREAM_URL', '/v1'],
    ['UPSTREAM_URL', 'https:portal.internal'],
    ['UPSTREAM_URL', 'https://'],
    ['UPSTREAM_URL', 'ftp://portal.internal'],
    ['UPSTREAM_URL', 'file:///etc/passwd'],
    ['UPSTREAM_URL', 'https://ada:hidden@portal.internal'],
    ['UPSTREAM_URL', 'https://ada@portal.internal'],
    ['UPSTREAM_URL', 'https://portal.internal/?a=hidden'],
    ['UPSTREAM_URL', 'https://portal.internal/#hidden'],
    ['UPSTREAM_TIMEOUT_MS', ''],
    ['UPSTREAM_TIMEOUT_MS', '0'],
    ['UPSTREAM_TIMEOUT_MS', '-1'],
    ['UPSTREAM_TIMEOUT_MS', '600001'],
    ['UPSTREAM_TIMEOUT_MS', '1.5'],
    ['UPSTREAM_TIMEOUT_MS', '1e3'],
    ['UPSTREAM_TIMEOUT_MS', '030000'],
    ['UPSTREAM_TIMEOUT_MS', '30s'],
    ['UPSTREAM_TIMEOUT_MS', 'Infinity'],
    ['TOKEN_PREFIX', ''],
    ['TOKEN_PREFIX', '_'],
    ['TOKEN_PREFIX', '1pk_'],
    ['TOKEN_PREFIX', 'cpk-'],
    ['TOKEN_PREFIX', 'cp k_'],
    ['TOKEN_PREFIX', 'cpk,'],
    ['TOKEN_PREFIX', 'çpk_'],
    ['TOKEN_PREFIX', 'a'.repeat(17)],
    ['ADMIN_HOST', ''],
    ['API_DOCS_URL', 'docs.example.com'],
    ['API_DOCS_URL', 'javascript:alert(1)'],
    ['API_DOCS_URL', 'https:///docs'],
    ['API_DOCS_URL', 'https://user:pass@docs.example.com/'],
    ['SUPPORT_URL', 'support.example.com'],
    ['SUPPORT_URL', 'javascript:alert(1)'],
    ['SUPPORT_URL', 'mailto:nobody'],
    ['ADMIN_HOST', 'https://keys.example.com'],
    ['ADMIN_HOST', 'keys.example.com:8443'],
    ['ADMIN_HOST', 'keys.example.com/admin'],
    ['ADMIN_HOST', 'ada@keys.example.com'],
    ['ADMIN_HOST', 'keys example.com'],
    ['ADMIN_HOST', '*'.concat(' ')],
    ['IMPORTED_TOKENS', ''],
    ['IMPORTED_TOKENS', '^hidden$'],
    ['IMPORTED_TOKENS', '["hidden"]'],
    ['IMPORTED_TOKENS', '["^(hidden+)+$"]'],
    ['PREFLIGHT', ''],
    ['PREFLIGHT', 'Refuse'],
    ['PREFLIGHT', 'off'],
    ['ENFORCEMENT', 'off'],
    ['ENFORCEMENT', 'Shadow'],
    ['IDENTITY', 'demo-oidc'],
    ['OIDC_ISSUER', 'http://login.example.com'],
    ['OIDC_ISSUER', 'https://user:pass@login.example.com'],
    ['OIDC_ISSUER', 'https://login.example.com?a=hidden'],
    ['OIDC_CLIENT_ID', ''],
    ['OIDC_CLIENT_SECRET', ''],
    ['OIDC_CLIENT_SECRET_EXPIRES', ''],
    ['OIDC_CLIENT_SECRET_EXPIRES', 'hidden'],
    ['OIDC_CLIENT_SECRET_EXPIRES', '31.03.2027'],
    ['OIDC_CLIENT_SECRET_EXPIRES', '2027-02-29'],
    ['OIDC_CLIENT_SECRET_EXPIRES', '2027-03-31T12:00:00'],
    ['OIDC_CLIENT_SECRET_EXPIRES', '2027-03-31 '],
    ['OIDC_SCOPES', 'email profile'],
    ['OIDC_ACCOUNT_CLAIM', ''],
    ['OIDC_ROLES', '{}'],
    ['OIDC_ROLES', '{"hidden":"emperor"}'],
    ['OIDC_ROLES', 'hidden'],
    ['LEASE_MS', ''],
    ['LEASE_MS', '1'],
    ['LEASE_MS', '99'],
    ['LEASE_MS', '5001'],
    ['LEASE_MS', '-1'],
    ['LEASE_MS', '1000.5'],
    ['LEASE_MS', '1e3'],
    ['LEASE_MS', '01000'],
    ['LEASE_MS', '1000ms'],
    ['LEASE_MS', 'none'],
    ['OUTAGE_GRACE_S', ''],
    ['OUTAGE_GRACE_S', '-1'],
    ['OUTAGE_GRACE_S', '3601'],
    ['OUTAGE_GRACE_S', '0.5'],
    ['OUTAGE_GRACE_S', '60s'],
    ['OUTAGE_GRACE_S', 'off'],
    ['SPECULATION', 'true'],
    ['LOG_SAMPLING', ''],
    ['LOG_SAMPLING', '0'],
    ['LOG_SAMPLING', '0.000'],
    ['LOG_SAMPLING', '0.0001'],
    ['LOG_SAMPLING', '1.5'],
    ['LOG_SAMPLING', '-0.5'],
    ['LOG_SAMPLING', '1e-3'],
    ['LIBSQL_URL', ''],
    ['LIBSQL_URL', 'file:local.db'],
    ['LIBSQL_URL', 'wss://portal.turso.io'],
    ['LIBSQL_URL', 'libsql://'],
    ['LIBSQL_AUTH_TOKEN', ''],
    ['OPERATOR_TOKEN', ''],
    ['OPERATOR_TOKEN', ' '],
    ['OPERATOR_TOKEN', 'hidden,'],
    ['OPERATOR_TOKEN', 'hidden, ,hidden'],
    ['METRICS_TOKEN', 'hidden,'],
    ['EVENTS_URL', ''],
    ['EVENTS_URL', 'hooks.example.com'],
    ['EVENTS_URL', 'http://hooks.example.com/'],
    ['EVENTS_URL', 'http://127.0.0.1.example.com/'],
    ['EVENTS_URL', 'https://ada:hidden@hooks.example.com/'],
    ['EVENTS_URL', 'https://hooks.example.com/#hidden'],
    ['EVENTS_URL', 'ftp://hooks.example.com/'],
    ['EVENTS_SECRET', 'hidden'],
    ['EVENTS_SECRET', 'whsec_hidden'],
    ['ASSERTION_ISSUER', ''],
    ['ASSERTION_AUDIENCE', ''],
    ['TOKEN_KEYS', ''],
    ['ENCRYPTION_KEYS', ''],
    ['SESSION_KEYS', ''],
    ['ASSERTION_KEYS', ''],
  ])('refuses %s="%s" in one sentence that names it and repeats nothing', (name, text) => {
    const faults = faultsOf({ ...VARIABLES, [name]: text })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} must `))
    expect(faults[0]).not.toContain('hidden')
  })

  it.each([
    'https://hooks.example.com/portal?to=audit',
    'http://127.0.0.1:9000/',
    'http://[::1]:9000/',
    'http://localhost:9000/',
  ])('takes EVENTS_URL=%s, with a secret alone', (url) => {
    const secret = `whsec_${'A'.repeat(32)}`
    expect(settingsOf({ EVENTS_URL: url, EVENTS_SECRET: secret }).EVENTS_URL).toBe(url)
    expect(faultsOf({ ...VARIABLES, EVENTS_URL: url })).toEqual([
      'EVENTS_SECRET must be set where EVENTS_URL is',
    ])
  })

  it('needs a provider where IDENTITY is oidc', () => {
    expect(faultsOf({ ...VARIABLES, IDENTITY: 'oidc' })).toEqual([
      'OIDC_ISSUER must be set where IDENTITY is oidc',
      'OIDC_CLIENT_ID must be set where IDENTITY is oidc',
      'OIDC_CLIENT_SECRET must be set where IDENTITY is oidc',
    ])
  })

  it.each([
    'https://login.example.com/realms/main',
    'http://127.0.0.1:9000',
    'http://localhost:1/x',
  ])('takes OIDC_ISSUER=%s', (issuer) => {
    const client = { OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' }
    expect(settingsOf({ IDENTITY: 'oidc', OIDC_ISSUER: issuer, ...client }).OIDC_ISSUER).toBe(
      issuer,
    )
  })

  it('names everything that is missing', () => {
    const names = faultsOf({}).map((fault) => fault.split(' ', 1).join())
    expect(names.toSorted()).toEqual(Object.keys(VARIABLES).toSorted())
  })

  it('names everything that is wrong, all at once', () => {
    const faults = faultsOf({ ...VARIABLES, UPSTREAM_URL: 'x', PREFLIGHT: 'y', TOKEN_KEYS: '' })
    const names = faults.map((fault) => fault.split(' ', 1).join())
    expect(names.toSorted()).toEqual(['PREFLIGHT', 'TOKEN_KEYS', 'UPSTREAM_URL'])
  })
})

/** One double-click selects a token whole, whatever its prefix. */
describe('TOKEN_PREFIX', () => {
  it.each(['cpk', 'cpk_', 'Live', 'a_b'])('ends in one underscore: %s', (text) => {
    expect(settingsOf({ TOKEN_PREFIX: text }).TOKEN_PREFIX).toMatch(/^[A-Za-z][0-9A-Za-z_]*[^_]_$/)
  })
})

function settingsOf(variables: object) {
  const settings = parseSettings({ ...VARIABLES, ...variables })
  if (!settings.ok) throw new Error(settings.error.join('; '))
  return settings.value
}

function faultsOf(variables: object): readonly string[] {
  const settings = parseSettings(variables)
  if (settings.ok) throw new Error('all is well')
  return settings.error
}
