import { describe, expect, it } from 'vitest'
import { type LiveKeyRecord, UNRESTRICTED } from '../../src/keys/key-record.ts'
import { findOpenings } from '../../src/keys/openings.ts'

type State = Parameters<typeof findOpenings>[0]

const OPEN: State = { accountStatus: 'active', ipAcl: [], ipAclMode: 'enforce', ...UNRESTRICTED }
const acl = (...ipAcl: string[]): State => ({ ...OPEN, ipAcl })
const status = (accountStatus: LiveKeyRecord['accountStatus']): State => ({
  ...OPEN,
  accountStatus,
})
const limit = (requests: number, perSeconds: number): State => ({
  ...OPEN,
  rateLimit: { requests, perSeconds },
})

describe('findOpenings()', () => {
  it.each<[string, State, State]>([
    ['the same', OPEN, OPEN],
    ['a suspension', status('suspended'), OPEN],
    ['one status that is not active, and another', status('pending'), status('suspended')],
    ['an ACL where there was none', acl('10.0.0.0/8'), OPEN],
    ['a part of a network', acl('10.1.0.0/16'), acl('10.0.0.0/8')],
    ['a network that others make up', acl('10.0.0.0/24'), acl('10.0.0.0/25', '10.0.0.128/25')],
    [
      'fewer networks',
      acl('192.0.2.0/24', '10.0.0.0/8'),
      acl('10.0.0.0/8', '172.16.0.0/12', '192.0.2.0/24'),
    ],
    ['fewer of IPv6', acl('2001:db8:1::/48'), acl('192.0.2.0/24', '2001:db8::/32')],
    ['the mode that enforces', OPEN, { ...OPEN, ipAclMode: 'report' }],
    ['a limit where there was none', limit(5, 60), OPEN],
    ['a lower limit', limit(4, 60), limit(5, 60)],
    ['the same limit in a longer time', limit(5, 3_600), limit(5, 60)],
  ])('are none for %s', (_, state, against) => {
    expect(findOpenings(state, against)).toEqual([])
  })

  it.each<[string, string[], State, State]>([
    ['an active account', ['account_status'], OPEN, status('suspended')],
    ['no ACL', ['ip_acl'], OPEN, acl('10.0.0.0/8')],
    ['no ACL, where all of IPv4 and IPv6 was on one', ['ip_acl'], OPEN, acl('0.0.0.0/0', '::/0')],
    ['a wider network', ['ip_acl'], acl('10.0.0.0/7'), acl('10.0.0.0/8')],
    ['a network that reaches beyond', ['ip_acl'], acl('10.0.0.0/23'), acl('10.0.0.0/24')],
    ['another network', ['ip_acl'], acl('10.0.0.0/8', '192.0.2.1/32'), acl('10.0.0.0/8')],
    ['one before all others', ['ip_acl'], acl('1.0.0.0/8', '10.0.0.0/8'), acl('10.0.0.0/8')],
    ['another family', ['ip_acl'], acl('::/0'), acl('0.0.0.0/0')],
    ['no limit', ['rate_limit'], OPEN, limit(5, 60)],
    ['a higher limit', ['rate_limit'], limit(6, 60), limit(5, 60)],
    ['more at once', ['rate_limit'], limit(6, 3_600), limit(5, 60)],
    ['a higher rate', ['rate_limit'], limit(1, 1), limit(5, 60)],
    [
      'no limit of the account',
      ['account_rate_limit'],
      OPEN,
      { ...OPEN, accountRateLimit: { requests: 5, perSeconds: 60 } },
    ],
    ['the mode that reports', ['ip_acl_mode'], { ...OPEN, ipAclMode: 'report' }, OPEN],
    [
      'all of it',
      ['account_status', 'ip_acl', 'ip_acl_mode'],
      { ...OPEN, ipAclMode: 'report' },
      { accountStatus: 'pending', ipAcl: ['10.0.0.0/8'], ipAclMode: 'enforce', ...UNRESTRICTED },
    ],
  ])('are seen in %s', (_, found, state, against) => {
    expect(findOpenings(state, against)).toEqual(found)
  })
})
