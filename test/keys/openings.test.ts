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
