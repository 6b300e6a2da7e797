// IP ACLs, and the calls about them.

import * as z from 'zod'
import { parseAddress, unmapAddress } from '../../keys/address.ts'
import { formatNetwork, parseCidr } from '../../keys/cidr.ts'
import { IP_ACL_MODES } from '../../keys/key-record.ts'
import { type EntryFault, explainPastedText } from '../../keys/pasted-entry.ts'
import { MAX_FAULTS } from '../faults.ts'
import { trimmed } from '../text-rules.ts'
import { oneOf } from './members.ts'

export const MAX_ACL_ENTRIES = 1_000
/** How many faults are counted. A body has room for thirty times as many entries, and each takes CPU time. */
const MAX_COUNTED = 2 * MAX_ACL_ENTRIES

/** One step for the whole list, so that faults of its length and of its entries are reported together. */
export const ipAcl = z.array(z.unknown()).transform((entries, ctx) => {
  const fail = (
    message: string,
    params: { code: string } | Omit<EntryFault, 'detail'>,
    path: number[],
  ) => ctx.addIssue({ code: 'custom', message, params, path })
  const canonical = new Set<string>()
  let faults = 0
  let suggested = 0
  const isTooLong = entries.length > MAX_ACL_ENTRIES
  if (isTooLong) {
    fail(`An IP ACL has ${MAX_ACL_ENTRIES} entries at most`, { code: 'too_long' }, [])
  }
  for (const [index, entry] of entries.entries()) {
    if (faults >= MAX_COUNTED) break
    if (typeof entry !== 'string') {
      faults++
      fail('This must be of type string', { code: 'wrong_type' }, [index])
      continue
    }
    const network = parseCidr(entry)
    if (network.ok) {
      canonical.add(formatNetwork(network.value))
    } else {
      // Suggestions cost CPU time that the sender chooses. So there are none for faults that are not listed,
      // and no more than a list could take.
      faults++
      const isEnough = isTooLong || faults > MAX_FAULTS || suggested >= MAX_ACL_ENTRIES
      const fault = isEnough ? network.error : explainPastedText(network.error, entry)
      const { detail, ...params } = fault
      suggested += [params.suggestion ?? []].flat().length
      fail(detail, params, [index])
    }
  }
  return [...canonical]
})

/** JSON Schema cannot express the rules of an entry. */
export const ipAclMeta = {
  override: { type: 'array', items: { type: 'string' }, maxItems: MAX_ACL_ENTRIES },
  description: 'IPv4 or IPv6 networks in CIDR form, host bits zero; empty: any address',
} as const

export const ipAclMode = oneOf(IP_ACL_MODES).meta({
  description: 'With `report`, what the IP ACL would refuse is let through and recorded',
})

/** Parsed like a client's address; an IPv4-mapped address becomes IPv4. */
const clientIp = trimmed
  .transform((value, ctx) => {
    const address = parseAddress(value)
    if (address !== null) return unmapAddress(address)
    ctx.addIssue({
      code: 'custom',
      message: 'This must be one IPv4 or IPv6 address, such as 192.0.2.1 or 2001:db8::1',
      params: { code: 'address_invalid' },
    })
    return z.NEVER
  })
  .meta({ override: { type: 'string' }, description: 'One IPv4 or IPv6 address' })

export const previewIpAclBody = z.strictObject({ ip_acl: ipAcl.meta(ipAclMeta) })

export const checkIpAclBody = z.strictObject({ address: clientIp })
