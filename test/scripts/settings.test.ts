import { describe, expect, it } from 'vitest'
import { Failure } from '../../harness/failure.ts'
import { readStartSettings } from '../../scripts/local/settings.ts'

describe('readStartSettings()', () => {
  it('takes an empty variable for one that is not set', () => {
    const { PORT, LISTEN_ADDRESS, DATA_DIR, passedOn } = readStartSettings({ PORT: '', X: 'y' })
    expect({ PORT, LISTEN_ADDRESS, DATA_DIR, passedOn }).toEqual({
      PORT: 8787,
      LISTEN_ADDRESS: '127.0.0.1',
      DATA_DIR: '.data',
      passedOn: {},
    })
  })

  it.each([
    ['PORT', { PORT: '65536' }],
    ['LISTEN_ADDRESS', { LISTEN_ADDRESS: 'localhost' }],
    ['UPSTREAM_URL', { UPSTREAM_URL: 'api.example.com' }],
    ['UPSTREAM_URL', { UPSTREAM_URL: 'https://user:pass@api.example.com/' }],
    ['UPSTREAM_TIMEOUT_MS', { UPSTREAM_TIMEOUT_MS: '-1' }],
    ['API_DOCS_URL', { API_DOCS_URL: 'javascript:alert(1)' }],
    ['PREFLIGHT', { PREFLIGHT: 'yes' }],
    ['IMPORTED_TOKENS', { IMPORTED_TOKENS: 'old_.*' }],
    ['IMPORTED_TOKENS', { IMPORTED_TOKENS: '[\n"^(a+)+$"\n]' }],
    ['ENFORCEMENT', { ENFORCEMENT: 'maybe' }],
    ['SPECULATION', { SPECULATION: 'maybe' }],
    ['TOKEN_PREFIX', { TOKEN_PREFIX: '1-x' }],
    ['ADMIN_HOST', { ADMIN_HOST: 'https://keys.example' }],
    ['LIBSQL_URL', { LIBSQL_URL: 'file:local.db' }],
    ['LIBSQL_URL', { LIBSQL_URL: 'http://user:secret-word@127.0.0.1:9' }],
    ['LIBSQL_URL', { LIBSQL_URL: 'libsql://127.0.0.1:9?authToken=secret-word' }],
    ['OPERATOR_TOKEN', { OPERATOR_TOKEN: 'has space' }],
    ['OPERATOR_TOKEN', { OPERATOR_TOKEN: 'one,' }],
  ])('refuses a nonsense %s in one line (%j)', (name, variables) => {
    const read = () => readStartSettings(variables)
    expect(read).toThrow(name)
    expect(read).not.toThrow(/\n|secret-word|user:pass|has space/)
  })

  it('names each value that it refuses, and what can be in its place', () => {
    const wrong = { PREFLIGHT: 'yes', LEASE_MS: '50', OUTAGE_GRACE_S: '3601' }
    const faults = [
      'PREFLIGHT "yes" must be forward or refuse',
      'LEASE_MS "50" must be 0, or whole milliseconds from 100 to 5000',
      'OUTAGE_GRACE_S "3601" must be whole seconds from 0 to 3600',
    ]
    expect(() => readStartSettings(wrong)).toThrow(new Failure(faults.join('; ')))
  })
})
