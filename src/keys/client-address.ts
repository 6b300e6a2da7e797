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
