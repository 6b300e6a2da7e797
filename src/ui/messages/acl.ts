// The sentences about an IP ACL.

import type { CidrFault } from '../../keys/cidr.ts'
import { networks, number, requests } from './counted.ts'
import { isolateDirection } from './display-text.ts'

const NAMED = 3

function requestsFrom(count: number, addresses: readonly string[]): string {
  const named = addresses.slice(0, NAMED).join(', ')
  const rest = addresses.length - NAMED
  const others = rest > 0 ? ` and ${number(rest)} more` : ''
  return `${requests(count)} from ${named}${others}`
}

export const label = 'IP ACL'
export const hint = 'Requests from other addresses are refused.'
export const hintReport = 'All requests are allowed. Those from other addresses are listed.'
export const hintOpen =
  'Leave it empty to allow requests from any IP. Add a network to allow only that.'
export const anyAddress = 'Any address'
export const onlyThese = 'Only these networks'
export const opens = 'Anyone who has the token will be able to use this key, from any address.'
export const noNetwork = 'Add a network, or choose “Any address”.'
export const copyList = 'Copy the list'
export const allRemoved = (count: number) =>
  `${networks(count)} ${count === 1 ? 'was' : 'were'} removed.`
export const undo = 'Undo'
export const entryLabel = 'Address or network in CIDR form'
export const placeholder = '1.1.1.1/32'
export const add = 'Add'
export const addMine = (network: string) => `Add my current address (${network})`
export const remove = (entry: string) => `Remove ${entry}`
export const removeAll = 'Remove all'
export const list = 'Allowed networks'
export const added = (count: number) => `${networks(count)} added.`
export const removed = (entry: string) => `${entry} removed.`
export const duplicate = (entry: string) => `${entry} is already on the list.`
export const use = (suggestion: string) => `Use ${suggestion}`
export const example = 'A network is written as in 1.1.1.1/32 or 2606:4700::/32.'
export const otherForm = (entry: string) => `“${isolateDirection(entry)}” is not in CIDR form.`
export const andMore = (first: string, count: number) => `${first} and ${number(count)} more`
export const fixable = (count: number) => `${number(count)} of these can be fixed.`
export const useAll = (count: number) => `Use all ${number(count)} suggestions`
export const leavesOut = (address: string) =>
  `This list leaves out ${address}, the address that you are on now. Requests from here will be refused.`
export const modeChoice = {
  enforce: 'Enforce: refuse requests from other addresses.',
  report: 'Report only: let everyone in, and list who would have been refused.',
}
export const modes = { enforce: 'Enforced', report: 'Report only' }
export const test = 'Test an address'
export const testing = 'Test'
export const allowedBy = (address: string, entry: string) =>
  `${address} may use the key, by ${entry}.`
export const allowed = (address: string) => `${isolateDirection(address)} may use the key.`
export const refused = (address: string) => `${isolateDirection(address)} is not on the list.`
export const addressInvalid = 'Write one address, such as 1.1.1.1 or 2606:4700::1111.'
export const preview = {
  refused: (count: number, addresses: readonly string[]) =>
    `This list would have refused ${requestsFrom(count, addresses)} in the last 24 hours.`,
  allowed: (count: number, addresses: readonly string[]) =>
    `It would have allowed ${requestsFrom(count, addresses)}, which were refused in the last 24 hours.`,
  nothing: 'This list would have changed nothing in the last 24 hours.',
}
export const note = (network: string) => `Note on ${network}`
export const addNote = (network: string) => `Add a note to ${network}`
export const editNote = (network: string) => `Edit the note on ${network}`
export const denials = {
  enforce: 'Refused in the last 24 hours',
  report: 'Would have been refused in the last 24 hours',
}
export const denied = (count: number, last: string) =>
  count === 1 ? `one request, ${last}` : `${requests(count)}, the last ${last}`
export const unreadable = 'Unreadable address'
export const addDenied = (address: string) => `Add ${address} to the list`
export const warnings = {
  never_matches: (entries: string) =>
    `No request from the internet can come from ${entries}: it is private or reserved address space.`,
  very_wide: (entries: string) =>
    entries === '0.0.0.0/0' || entries === '::/0'
      ? `${entries} lets in all of ${entries === '::/0' ? 'IPv6' : 'IPv4'}.`
      : `${entries} lets in a large part of the internet.`,
}
export const doubtful = (entry: string) =>
  `“${isolateDirection(entry)}” was not added: other lines or words of the text make it doubtful.`
export const tooLong = 'An IP ACL has 1,000 networks at most. Remove some of them.'
export const tooMany = (count: number) =>
  `An IP ACL has 1,000 networks at most, and this would make ${number(count)}. Nothing was added.`
export const tooMuch = (count: number) =>
  count === 1
    ? 'This is too long to be an address or a network. Nothing was added.'
    : `This is too much to read: ${number(count)} entries or words. An IP ACL has 1,000 networks at most. Nothing was added: paste addresses and networks alone.`
export const mergeHint =
  'Neighbouring networks can be merged: exactly the same addresses in fewer entries.'
export const merge = (count: number, merged: number) =>
  `Merge ${number(count)} into ${networks(merged)}`
export const fits = (count: number) =>
  `Together with those on the list, that makes ${networks(count)}.`
export const useList = (count: number) => `Use all ${networks(count)}`
export const notMergeable = 'Merging neighbouring networks does not bring the list under 1,000.'
export const replaced = (count: number) => `The list has ${networks(count)} now.`
export const moreFaults = (count: number) =>
  `And ${number(count)} more that cannot be added as ${count === 1 ? 'it stands' : 'they stand'}.`
export const moreRefused = 'There are more faults than are listed here.'
export const leftOut = {
  denied: (lines: string) => `Left out, because the text seems to deny or exclude it: ${lines}`,
  comment: (lines: string) => `Left out, because it is a comment: ${lines}`,
}
export const quoted = (line: string) => `“${isolateDirection(line)}”`
export const discard = 'Discard what was not added'
export const empty = 'Type an address or a network first.'

export const cidr = {
  cidr_malformed: (entry: string) =>
    `“${isolateDirection(entry)}” is not an IP address or network.`,
  cidr_prefix_missing: (entry: string) =>
    `“${isolateDirection(entry)}” is a single address. Write it with its prefix length.`,
  cidr_prefix_out_of_range: (entry: string) =>
    `“${isolateDirection(entry)}” has a prefix length that is too large. IPv4 has 32 at most, IPv6 128.`,
  cidr_host_bits_set: (entry: string) =>
    `“${isolateDirection(entry)}” is an address within a network.`,
  cidr_shared_by_workers: (entry: string) =>
    `“${isolateDirection(entry)}” is shared by every Worker on Cloudflare, anybody's. Leave it out.`,
} satisfies Record<CidrFault['code'], (entry: string) => string>
