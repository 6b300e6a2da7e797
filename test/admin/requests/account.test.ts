import { describe, expect, it } from 'vitest'
import { createAccountBody } from '../../../src/admin/requests/account.ts'
import { ACCOUNT, faultsOf, valueOf } from './read-body.ts'

describe('createAccountBody', () => {
  it('is pending unless told otherwise', async () => {
    const account = await valueOf(createAccountBody, ACCOUNT)
    expect(account).toEqual({ ...ACCOUNT, status: 'pending', external_id: null })
    const active = await valueOf(createAccountBody, { ...ACCOUNT, status: 'active' })
    expect(active.status).toBe('active')
  })

  it.each([
    ['email', ''],
    ['email', 'ada'],
    ['email', '@example.com'],
    ['email', 'ada@'],
    ['email', 'ada@b@example.com'],
    ['email', 'a da@example.com'],
    ['email', `${'a'.repeat(243)}@example.com`],
    ['name', ' '],
    ['name', 'a'.repeat(101)],
    ['password', 'x'.repeat(11)],
    ['password', 'x'.repeat(257)],
    ['password', '🔑'.repeat(11)],
    ['status', 'closed'],
    ['status', null],
  ])('refuses %s: %j', async (member, value) => {
    const faults = await faultsOf(createAccountBody, { ...ACCOUNT, [member]: value })
    expect(faults.map(({ pointer }) => pointer)).toEqual([`/${member}`])
  })

  it.each(['x'.repeat(256), '🔑'.repeat(256), ' '.repeat(12)])(
    'takes a password of 12 to 256 characters as it is: %s',
    async (password) => {
      expect((await valueOf(createAccountBody, { ...ACCOUNT, password })).password).toBe(password)
    },
  )
})
