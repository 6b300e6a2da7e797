// Single addresses, judged by an IP ACL and offered for it.

import { parseAddress, unmapAddress } from '../../keys/address.ts'
import { formatNetwork, parseCidr } from '../../keys/cidr.ts'
import { compileIpAcl, matchesIpAcl, matchingEntry } from '../../keys/ip-acl.ts'
import type { AddressCheck, Denial, IpAclMode } from '../api/types.ts'

/** The network of one address, such as 203.0.113.9/32; null if it cannot be an entry. */
export function networkOfAddress(address: string | null): string | null {
  if (address === null) return null
  const network = parseCidr(`${address}/${address.includes(':') ? 128 : 32}`)
  return network.ok ? formatNetwork(network.value) : null
}

/**
 * What to offer for the customer's own address. An IPv6 host changes its address every day within its /64,
 * so that comes first.
 */
export function networksOfAddress(address: string | null): string[] {
  const single = networkOfAddress(address)
  if (address === null || single === null) return []
  if (!single.includes(':')) return [single]
  const whole = parseCidr(`${address}/64`)
  const network = whole.ok ? formatNetwork(whole.value) : whole.error.suggestion
  return network === undefined ? [single] : [network, single]
}

/** Whether a list allows an address; null if the text is no address. An empty list allows every address. */
export function checkAddress(
  acl: readonly string[],
  text: string,
): Omit<AddressCheck, 'mode'> | null {
  const parsed = parseAddress(text.trim())
  if (parsed === null) return null
  const address = unmapAddress(parsed)
  const allowed = acl.length === 0 || matchesIpAcl(compileIpAcl(acl), address)
  return { allowed, entry: matchingEntry(acl, address) }
}

/** The addresses that a list does not allow. Texts that are no address are left out. */
export function findExcluded(
  acl: readonly string[],
  addresses: readonly (string | null)[],
): ReadonlySet<string> {
  const compiled = compileIpAcl(acl)
  const isOut = (text: string | null): text is string => {
    const address = text === null ? null : parseAddress(text)
    return address !== null && acl.length > 0 && !matchesIpAcl(compiled, unmapAddress(address))
  }
  return new Set(addresses.filter(isOut))
}

/** How requests were treated that an IP ACL denied. While the gateway only watches, none is refused in any mode. */
export function modeOfDenials(denials: readonly Denial[], mode: IpAclMode): IpAclMode {
  return denials.length > 0 && denials.every(({ enforced }) => !enforced) ? 'report' : mode
}
