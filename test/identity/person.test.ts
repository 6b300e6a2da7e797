import { describe, expect, it } from 'vitest'
import { toPerson } from '../../src/identity/person.ts'
import type { OidcSettings } from '../../src/identity/settings.ts'

const SETTINGS: OidcSettings = {
  issuer: 'https://login.example.com',
  clientId: 'portal-gateway',
  clientSecret: 'secret',
  scopes: 'openid',
  accountClaim: 'account_id',
  roleClaim: 'https://example.com/roles',
  roles: new Map([
    ['admin', 'owner'],
    ['finance', 'manager'],
    ['guest', 'viewer'],
  ]),
}
const person = (claims: object) => toPerson({ sub: 'x', ...claims }, SETTINGS)
const roleOf = (value: unknown) => person({ 'https://example.com/roles': value }).role

describe('toPerson()', () => {
  it.each([
    ['finance', 'manager'],
    [['guest', 'admin', 'offline_access'], 'owner'],
    [['offline_access'], null],
    [[], null],
    ['manager', null],
    ['__proto__', null],
    [{ admin: true }, null],
    [undefined, null],
  ])('reads the role %j as %s', (value, role) => {
    expect(roleOf(value)).toBe(role)
  })

  it.each([
    ['crm-1', 'crm-1'],
    [1042, '1042'],
    [1.5, null],
    ['', null],
    ['x'.repeat(256), null],
    [['crm-1'], null],
    [null, null],
  ])('reads the account %j as %j', (value, externalId) => {
    expect(person({ account_id: value }).externalId).toBe(externalId)
  })

  it('takes no claim from a prototype', () => {
    const settings = { ...SETTINGS, accountClaim: 'constructor' }
    expect(toPerson({ sub: 'x' }, settings).externalId).toBeNull()
  })

  it('shows what people can read, and something always', () => {
    expect(person({ email: 'a@example.com', name: 'A\u202eda\n' })).toMatchObject({
      email: 'a@example.com',
      name: 'Ada',
    })
    expect(person({ preferred_username: 'ada' })).toMatchObject({ email: 'ada', name: 'ada' })
    expect(person({ email: 7, name: ' ' })).toMatchObject({ email: 'x', name: 'x' })
    expect(person({ name: 'x'.repeat(200) }).name).toHaveLength(100)
  })
})
