import { describe, expect, it } from 'vitest'
import { parseAddress, unmapAddress } from '../../src/keys/address.ts'
import { parseCidr } from '../../src/keys/cidr.ts'
import { clientAddress } from '../../src/keys/client-address.ts'
import { compileIpAcl, matchesIpAcl } from '../../src/keys/ip-acl.ts'
import rows from '../vectors/cidr.json' with { type: 'json' }

describe('test/vectors/cidr.json', () => {
  it.each(rows)('$entry and $address: $expected ($why)', ({ entry, address, expected }) => {
    expect(verdict(entry, address)).toBe(expected)
  })

  it('has at least 400 rows, none of them twice, each with its why and its source', () => {
    expect(rows.length).toBeGreaterThanOrEqual(400)
    expect(new Set(rows.map(({ entry, address }) => `${entry}\0${address}`)).size).toBe(rows.length)
    for (const { why, source } of rows) {
      expect(why).not.toBe('')
      expect(source).not.toBe('')
    }
  })

  it.each(rows.filter(({ address }) => isHeaderValue(address)))(
    'reads the header as it reads the text: $address',
    ({ address }) => {
      const parsed = parseAddress(address)
      const client = clientAddress(new Headers({ 'CF-Connecting-IP': address }))
      expect(client).toEqual(parsed === null ? null : unmapAddress(parsed))
    },
  )
})

function verdict(entry: string, text: string): string {
  if (!parseCidr(entry).ok) return 'entry_refused'
  const address = parseAddress(text)
  if (address === null) return 'address_unreadable'
  return matchesIpAcl(compileIpAcl([entry]), unmapAddress(address)) ? 'allowed' : 'denied'
}

/** Whether a header can have this value as it stands; others never reach the gateway. */
function isHeaderValue(text: string): boolean {
  return /^(?:[!-~](?:[ -~]*[!-~])?)?$/.test(text)
}
