// The sentences about an IP ACL.

import type { CidrFault } from '../../keys/cidr.ts'
import { number } from './counted.ts'
import { isolateDirection } from './display-text.ts'

const NAMED = 3

function requestsFrom(requests: number, addresses: readonly string[]): string {
  const named = addresses.slice(0, NAMED).join(', ')
  const rest = addresses.length - NAMED
  const others = rest > 0 ? ` and ${number(rest)} more` : ''
  return `${requests === 1 ? '1 request' : `${number(requests)} requests`} from ${named}${others}`
}

export const aclMessages = {
  acl: {
    label: 'IP ACL',
    hint: 'Requests from other addresses are refused.',
    hintReport: 'All requests are allowed. Those from other addresses are listed.',
    hintOpen: 'Leave it empty to allow requests from any IP. Add a network to allow only that.',
    anyAddress: 'Any address',
    onlyThese: 'Only these networks',
    opens: 'Anyone who has the token will be able to use this key, from any address.',
    noNetwork: 'Add a network, or choose “Any address”.',
    export: 'Copy the list',
    allRemoved: (count: number) =>
      count === 1 ? '1 network was removed.' : `${number(count)} networks were removed.`,
    undo: 'Undo',
    entry: 'Address or network in CIDR form',
    placeholder: '1.1.1.1/32',
    add: 'Add',
    addMine: (network: string) => `Add my current address (${network})`,
    remove: (entry: string) => `Remove ${entry}`,
    removeAll: 'Remove all',
    list: 'Allowed networks',
    count: (count: number) => (count === 1 ? '1 network' : `${number(count)} networks`),
    added: (count: number) =>
      count === 1 ? '1 network added.' : `${number(count)} networks added.`,
    removed: (entry: string) => `${entry} removed.`,
    duplicate: (entry: string) => `${entry} is already on the list.`,
    use: (networks: string) => `Use ${networks}`,
    example: 'A network is written as in 1.1.1.1/32 or 2606:4700::/32.',
    otherForm: (entry: string) => `“${isolateDirection(entry)}” is not in CIDR form.`,
    andMore: (first: string, count: number) => `${first} and ${count} more`,
    fixable: (count: number) => `${number(count)} of these can be fixed.`,
    useAll: (count: number) => `Use all ${count} suggestions`,
    leavesOut: (address: string) =>
      `This list leaves out ${address}, the address that you are on now. Requests from here will be refused.`,
    modeChoice: {
      enforce: 'Enforce: refuse requests from other addresses.',
      report: 'Report only: let everyone in, and list who would have been refused.',
    },
    modes: { enforce: 'Enforced', report: 'Report only' },
    test: 'Test an address',
    testing: 'Test',
    allowedBy: (address: string, entry: string) => `${address} may use the key, by ${entry}.`,
    allowed: (address: string) => `${isolateDirection(address)} may use the key.`,
    refused: (address: string) => `${isolateDirection(address)} is not on the list.`,
    addressInvalid: 'Write one address, such as 1.1.1.1 or 2606:4700::1111.',
    preview: {
      refused: (requests: number, addresses: readonly string[]) =>
        `This list would have refused ${requestsFrom(requests, addresses)} in the last 24 hours.`,
      allowed: (requests: number, addresses: readonly string[]) =>
        `It would have allowed ${requestsFrom(requests, addresses)}, which were refused in the last 24 hours.`,
      nothing: 'This list would have changed nothing in the last 24 hours.',
    },
    note: (network: string) => `Note on ${network}`,
    addNote: (network: string) => `Add a note to ${network}`,
    editNote: (network: string) => `Edit the note on ${network}`,
    denials: {
      enforce: 'Refused in the last 24 hours',
      report: 'Would have been refused in the last 24 hours',
    },
    denied: (count: number, last: string) =>
      count === 1 ? `one request, ${last}` : `${count} requests, the last ${last}`,
    unreadable: 'Unreadable address',
    addDenied: (address: string) => `Add ${address} to the list`,
    warnings: {
      never_matches: (entries: string) =>
        `No request from the internet can come from ${entries}: it is private or reserved address space.`,
      very_wide: (entries: string) =>
        entries === '0.0.0.0/0' || entries === '::/0'
          ? `${entries} lets in all of ${entries === '::/0' ? 'IPv6' : 'IPv4'}.`
          : `${entries} lets in a large part of the internet.`,
    },
    doubtful: (entry: string) =>
      `“${isolateDirection(entry)}” was not added: other lines or words of the text make it doubtful.`,
    tooLong: 'An IP ACL has 1,000 networks at most. Remove some of them.',
    tooMany: (count: number) =>
      `An IP ACL has 1,000 networks at most, and this would make ${number(count)}. Nothing was added.`,
    tooMuch: (count: number) =>
      count === 1
        ? 'This is too long to be an address or a network. Nothing was added.'
        : `This is too much to read: ${number(count)} entries or words. An IP ACL has 1,000 networks at most. Nothing was added: paste addresses and networks alone.`,
    mergeHint: 'Neighbouring networks can be merged: exactly the same addresses in fewer entries.',
    merge: (count: number, merged: number) =>
      `Merge ${number(count)} into ${merged === 1 ? '1 network' : `${number(merged)} networks`}`,
    fits: (count: number) =>
      `Together with those on the list, that makes ${number(count)} networks.`,
    useList: (count: number) => `Use all ${number(count)} networks`,
    notMergeable: 'Merging neighbouring networks does not bring the list under 1,000.',
    replaced: (count: number) =>
      count === 1 ? 'The list has 1 network now.' : `The list has ${number(count)} networks now.`,
    moreFaults: (count: number) =>
      `And ${number(count)} more that cannot be added as ${count === 1 ? 'it stands' : 'they stand'}.`,
    moreRefused: 'There are more faults than are listed here.',
    leftOut: {
      denied: (lines: string) => `Left out, because the text seems to deny or exclude it: ${lines}`,
      comment: (lines: string) => `Left out, because it is a comment: ${lines}`,
    },
    quoted: (line: string) => `“${isolateDirection(line)}”`,
    discard: 'Discard what was not added',
    empty: 'Type an address or a network first.',
  },

  cidr: {
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
  } satisfies Record<CidrFault['code'], (entry: string) => string>,
}
