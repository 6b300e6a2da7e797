// The engine against the oracle: for any texts, well-formed or not, both read the same entries and
// the same address, and both let it in or neither does.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseAddress, unmapAddress } from '../src/keys/address.ts'
import { formatNetwork, parseCidr } from '../src/keys/cidr.ts'
import { compileIpAcl, matchesIpAcl } from '../src/keys/ip-acl.ts'
import {
  addressLikeText,
  allows,
  anyAddress,
  anyNetwork,
  anyText,
  bitsOf,
  firstOf,
  ipv6Spelling,
  lastOf,
  type PlainNetwork,
  readAddress,
  readNetwork,
  spelled,
} from '../harness/ip-oracle.ts'
import { mutated } from '../harness/mutated.ts'

const spelling = fc.oneof(
  anyAddress.map((address) => spelled(address)),
  ipv6Spelling.map(({ text }) => text),
)
const goodEntry = fc.oneof(
  { weight: 4, arbitrary: anyNetwork.map((network) => `${spelled(network)}/${network.prefix}`) },
  { weight: 1, arbitrary: fc.tuple(spelling, fc.nat(130)).map(([text, n]) => `${text}/${n}`) },
)
const oddText = fc.oneof(addressLikeText, anyText)
const entries = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: goodEntry },
    { weight: 2, arbitrary: mutated(goodEntry) },
    { weight: 1, arbitrary: oddText },
  ),
  { minLength: 1, maxLength: 4 },
)
const client = fc.oneof(
  { weight: 2, arbitrary: spelling },
  { weight: 1, arbitrary: mutated(spelling) },
  { weight: 1, arbitrary: oddText },
)

/** An address, and how far from an edge of which entry to take one instead, or -1. */
const probe = fc.record({ text: client, edge: fc.integer({ min: -1, max: 3 }), entry: fc.nat(3) })

export const cidrAgreement = fc.property(entries, probe, (texts, { text, edge, entry }) => {
  const networks: PlainNetwork[] = []
  const accepted: string[] = []
  for (const written of texts) {
    const expected = readNetwork(written)
    const parsed = parseCidr(written)
    assert.equal(parsed.ok, expected !== null, `the entry ${JSON.stringify(written)}`)
    if (!parsed.ok || expected === null) continue
    const canonical = formatNetwork(parsed.value)
    assert.deepEqual(readNetwork(canonical), expected, `the canonical form ${canonical}`)
    networks.push(expected)
    accepted.push(canonical)
  }
  const nearby = networks[entry % Math.max(networks.length, 1)]
  agree(accepted, networks, text)
  if (edge >= 0 && nearby !== undefined) agree(accepted, networks, edgeOf(nearby, edge))
})

function agree(entries_: readonly string[], networks: readonly PlainNetwork[], text: string): void {
  const expected = readAddress(text)
  const address = parseAddress(text)
  assert.equal(address === null, expected === null, `the address ${JSON.stringify(text)}`)
  if (address === null || expected === null) return
  const matches = matchesIpAcl(compileIpAcl(entries_), unmapAddress(address))
  assert.equal(matches, allows(networks, expected), `${text} and ${entries_.join(', ')}`)
}

/** Just outside, first, last, and just outside at the other end; at the ends of all, the end itself. */
function edgeOf(network: PlainNetwork, edge: number): string {
  const [first, last] = [firstOf(network), lastOf(network)]
  const highest = (1n << BigInt(bitsOf(network.family))) - 1n
  const value = [first - 1n, first, last, last + 1n][edge] ?? first
  const inside = value < 0n ? 0n : value > highest ? highest : value
  return spelled({ family: network.family, value: inside })
}
