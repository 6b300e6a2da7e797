// The client's address is CF-Connecting-IP and nothing else: every other header that names an
// address can be sent by the client (https://developers.cloudflare.com/fundamentals/reference/http-headers/).

import { type Address, parseAddress, unmapped } from './address.ts'

/**
 * The one address in CF-Connecting-IP, IPv4 where it was mapped; null where the header is missing
 * or not exactly one address (a repeated header arrives comma-joined, so it does not parse either).
 */
export function clientAddress(headers: Headers): Address | null {
  const address = parseAddress(headers.get('cf-connecting-ip') ?? '')
  return address === null ? null : unmapped(address)
}

/** What shows that Cloudflare is not set up as the README asks. */
export const ADDRESS_SYMPTOMS = ['missing', 'pseudo_ipv4'] as const
export type AddressSymptom = (typeof ADDRESS_SYMPTOMS)[number]

const CLASS_E = 0xf // the first four bits of 240.0.0.0/4, where Pseudo IPv4 puts IPv6 clients

/** The symptom of an address as `clientAddress` read it from these headers. */
export function addressSymptom(headers: Headers, address: Address | null): AddressSymptom | null {
  if (address === null) return headers.has('cf-connecting-ip') ? null : 'missing'
  const isPseudo = address.family === 4 && (address.words[0] ?? 0) >>> 28 === CLASS_E
  return isPseudo ? 'pseudo_ipv4' : null
}
