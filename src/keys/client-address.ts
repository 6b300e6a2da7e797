// The client's address comes from CF-Connecting-IP alone, because a client can send every other header that
// names an address (https://developers.cloudflare.com/fundamentals/reference/http-headers/).

import { type Address, parseAddress, unmapAddress } from './address.ts'

/**
 * The address in CF-Connecting-IP; an IPv4-mapped address becomes IPv4. Null if the header is missing or is
 * not exactly one address. A repeated header arrives joined by commas, so it does not parse.
 */
export function clientAddress(headers: Headers): Address | null {
  const address = parseAddress(headers.get('cf-connecting-ip') ?? '')
  return address === null ? null : unmapAddress(address)
}

/** Signs that the Cloudflare zone is set up wrongly, see docs/operate/cloudflare.md. */
export const ADDRESS_SYMPTOMS = ['missing', 'pseudo_ipv4'] as const
export type AddressSymptom = (typeof ADDRESS_SYMPTOMS)[number]

const CLASS_E = 0xf // the first four bits of 240.0.0.0/4, the range that Pseudo IPv4 maps IPv6 clients to

/** The symptom that these headers show; `address` is what `clientAddress` read from them. */
export function addressSymptom(headers: Headers, address: Address | null): AddressSymptom | null {
  if (address === null) return headers.has('cf-connecting-ip') ? null : 'missing'
  const isPseudo = address.family === 4 && (address.words[0] ?? 0) >>> 28 === CLASS_E
  return isPseudo ? 'pseudo_ipv4' : null
}
