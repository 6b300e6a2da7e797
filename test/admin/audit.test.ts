import { Buffer } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { auditEvent, detailChanges } from '../../src/admin/audit.ts'
import { isId } from '../../src/shared/ids.ts'

const NOW = 1_800_000_000_000
const USER = { id: 'usr_1', email: 'ada@example.com' }
const ACTOR = {
  kind: 'customer',
  accountId: 'acc_1',
  user: USER,
  address: '203.0.113.7',
} as const
const DETAILS = {
  applicationName: 'CRM',
  applicationWebsite: null,
  platform: 'server',
  ipAcl: ['10.0.0.0/8'],
  ipAclMode: 'enforce',
  ipAclNotes: {},
  enabled: true,
  expiresAt: null,
  rateLimit: null,
} as const

describe('auditEvent()', () => {
  it('says who did what to which key, when and from where', () => {
    const changes = { platform: ['web', 'server'] } as const
    const event = auditEvent('key.update', ACTOR, NOW, { keyId: 'key_1', changes })
    expect(event).toEqual({
      id: expect.any(String),
      at: NOW,
      accountId: 'acc_1',
      keyId: 'key_1',
      operator: null,
      userId: 'usr_1',
      userEmail: 'ada@example.com',
      actor: 'customer',
      action: 'key.update',
      address: '203.0.113.7',
      changes,
    })
    expect(isId('evt', event.id)).toBe(true)
  })

  it('is about no key and no change where there is none', () => {
    const event = auditEvent('session.create', { ...ACTOR, address: null }, NOW)
    expect(event).toMatchObject({ keyId: null, changes: {}, address: null })
  })
})

describe('detailChanges()', () => {
  it('shows what differs, before and after', () => {
    const ipAcl = ['10.0.0.0/8', '::/0']
    const after = { ...DETAILS, applicationName: 'ERP', ipAcl, ipAclMode: 'report' as const }
    expect(detailChanges(DETAILS, after)).toEqual({
      application_name: ['CRM', 'ERP'],
      ip_acl: { added: ['::/0'], removed: [], more: 0 },
      ip_acl_mode: ['enforce', 'report'],
    })
  })

  it('shows a member that was set or cleared', () => {
    const after = { ...DETAILS, applicationWebsite: 'https://example.com', ipAcl: [] }
    const website = 'https://example.com'
    expect(detailChanges(DETAILS, after)).toEqual({
      application_website: [null, website],
      ip_acl: { added: [], removed: ['10.0.0.0/8'], more: 0 },
    })
    expect(detailChanges(after, DETAILS)).toMatchObject({ application_website: [website, null] })
  })

  it('shows nothing where nothing differs', () => {
    expect(detailChanges(DETAILS, { ...DETAILS, ipAcl: [...DETAILS.ipAcl] })).toEqual({})
    expect(detailChanges(undefined, undefined)).toEqual({})
  })

  it('shows a creation and a deletion whole', () => {
    expect(detailChanges(undefined, DETAILS)).toEqual({
      application_name: [null, 'CRM'],
      platform: [null, 'server'],
      ip_acl: { added: ['10.0.0.0/8'], removed: [], more: 0 },
      ip_acl_mode: [null, 'enforce'],
      enabled: [null, true],
    })
    expect(detailChanges(DETAILS, undefined)).toEqual({
      application_name: ['CRM', null],
      platform: ['server', null],
      ip_acl: { added: [], removed: ['10.0.0.0/8'], more: 0 },
      ip_acl_mode: ['enforce', null],
      enabled: [true, null],
    })
  })

  it('is small, whatever changes: the audit is never cleaned', () => {
    const entries = (at: number) =>
      Array.from({ length: 1_000 }, (_, i) => `2001:db8:${at}:${1_000 + i}:1111:2222:3333:4444/128`)
    const website = (at: number) => `https://example.com/${at}${'\u{1f511}'.repeat(2_027)}`
    const largest = (at: number) => ({
      applicationName: `${at}${'\u{1f511}'.repeat(99)}`,
      applicationWebsite: website(at),
      platform: at === 1 ? ('web' as const) : ('server' as const),
      ipAcl: entries(at),
      ipAclMode: at === 1 ? ('enforce' as const) : ('report' as const),
      ipAclNotes: {},
      enabled: at === 1,
      expiresAt: at,
      rateLimit: { requests: at, perSeconds: 60 },
    })
    const changes = JSON.stringify(detailChanges(largest(1), largest(2)))
    expect(Buffer.byteLength(changes)).toBeLessThan(24_000)
  })

  it('tells an edit of nothing but the order of the entries', () => {
    const before = { ...DETAILS, ipAcl: ['10.0.0.0/8', '::/0'] }
    const after = { ...DETAILS, ipAcl: ['::/0', '10.0.0.0/8'] }
    expect(detailChanges(before, after)).toEqual({ ip_acl: { added: [], removed: [], more: 0 } })
  })

  it('lets no secret in, whatever else an object holds', () => {
    const leaky = { ...DETAILS, sealedToken: 'a.secret', password: 'secret', lookupId: 'secret' }
    expect(JSON.stringify(detailChanges(undefined, leaky))).not.toContain('secret')
  })
})
