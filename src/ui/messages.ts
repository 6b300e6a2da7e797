// Every sentence of the page. A translation is another file of this shape.

import type { CidrFault } from '../keys/cidr.ts'
import { isolateDirection } from './display-text.ts'

const numbers = new Intl.NumberFormat('en')
const number = (count: number) => numbers.format(count)
const seconds = (count: number) => (count === 1 ? '1 second' : `${number(count)} seconds`)

export const messages = {
  product: 'CommPeak',
  billing: 'Billing',
  apiKeys: 'API Keys',
  mainMenu: 'Main menu',
  skip: 'Skip to the API keys',
  loading: 'Loading…',

  logIn: {
    title: 'Log in to My CommPeak',
    email: 'E-mail address',
    password: 'Password',
    submit: 'Log in',
    busy: 'Logging in…',
    out: 'Log out',
    required: 'Fill in your e-mail address and your password.',
    failed: 'The e-mail address or the password is wrong. Check both and try again.',
    throttled: (wait: number) =>
      `There were too many log-ins from your address, or too many wrong passwords. Try again in ${seconds(wait)}.`,
    noCookie:
      'Your browser did not keep the cookie that the log-in needs. Allow cookies for this page, open it with https:// and log in again.',
    againTitle: 'Your session has ended',
    againText: 'Log in again to go on where you were. Nothing that you typed is lost.',
    cancel: 'Not now',
  },

  page: {
    intro:
      'API keys let your applications use the CommPeak Portal API instead of a user name and a password.',
    documentation: 'API documentation',
    add: 'Add API key',
    newWindow: '(opens in a new window)',
    pending:
      'Your account is still pending activation. API keys can only be created once it is fully activated.',
    suspended:
      'Your account is suspended, so API keys can be looked at and deleted, and nothing else. Contact CommPeak to have it activated.',
    search: 'Search',
    searchHint: 'Search keys',
    clearSearch: 'Clear the search',
    count: (shown: number, all: number) =>
      shown === all ? (all === 1 ? '1 key' : `${all} keys`) : `${shown} of ${all} keys`,
    noMatch: (query: string) => `No key matches “${isolateDirection(query)}”.`,
    loadFailed: 'The API keys could not be loaded.',
    retry: 'Try again',
    offline: 'There is no connection. What you typed is kept: go on when you are online again.',
    dismiss: 'Dismiss',
    close: 'Close',
    sortBy: 'Sort by',
  },

  empty: {
    title: 'Create your first key',
    text: 'An API key identifies your application to the CommPeak Portal API. Add one, copy its access token, and send the token with each request:',
    hint: 'Give each application a key of its own: then you can delete one without stopping the others.',
  },

  columns: {
    name: 'Application',
    platform: 'Platform',
    token: 'Access token',
    acl: 'IP ACL',
    created: 'Created',
    updated: 'Updated',
    actions: 'Actions',
  },

  platforms: {
    web: 'Web',
    mobile: 'Mobile',
    desktop: 'Desktop',
    server: 'Server',
    other: 'Other',
  },

  row: {
    isNew: 'New',
    anyAddress: 'Any address',
    reportOnly: 'Only reports',
    more: (count: number) => `+${count} more`,
    reveal: (name: string) => `Show the access token of ${isolateDirection(name)}`,
    hide: (name: string) => `Hide the access token of ${isolateDirection(name)}`,
    copy: (name: string) => `Copy the access token of ${isolateDirection(name)}`,
    use: (name: string) => `Code examples for ${isolateDirection(name)}`,
    edit: 'Edit',
    editNamed: (name: string) => `Edit ${isolateDirection(name)}`,
    delete: (name: string) => `Delete ${isolateDirection(name)}`,
    hiddenToken: 'Hidden access token',
    pending: 'Being enforced…',
    deleting: 'Deleting…',
  },

  copied: 'Copied to the clipboard.',
  copyFailed: 'Your browser did not let the page copy. Show the token and copy it by hand.',
  copy: 'Copy',

  panel: {
    createTitle: 'Add API key',
    editTitle: 'Edit API key',
    name: 'Application name',
    nameHint: 'A name that helps you recognize the key later.',
    website: 'Application website',
    websiteHint: 'The URL of the application that will use the key.',
    platform: 'Platform',
    choosePlatform: 'Choose a platform',
    acl: 'IP ACL',
    aclMode: 'IP ACL mode',
    optional: 'optional',
    create: 'Create',
    save: 'Save changes',
    saving: 'Saving…',
    cancel: 'Cancel',
    discardTitle: 'Discard what you typed?',
    discardText: 'This API key has changes that are not saved.',
    discard: 'Discard',
    keep: 'Keep editing',
  },

  acl: {
    label: 'IP ACL',
    hint: 'Only these networks may use the key. Leave it empty to allow requests from any IP.',
    entry: 'Address or network in CIDR form',
    placeholder: '203.0.113.0/24',
    add: 'Add',
    addMine: (network: string) => `Add my current address (${network})`,
    remove: (entry: string) => `Remove ${entry}`,
    removeAll: 'Remove all',
    list: 'Allowed networks',
    count: (count: number) => (count === 1 ? '1 network' : `${count} networks`),
    added: (count: number) => (count === 1 ? '1 network added.' : `${count} networks added.`),
    removed: (entry: string) => `${entry} removed.`,
    duplicate: (entry: string) => `${entry} is on the list already.`,
    use: (networks: string) => `Use ${networks}`,
    otherForm: (entry: string) => `“${isolateDirection(entry)}” is not in CIDR form.`,
    andMore: (first: string, count: number) => `${first} and ${count} more`,
    useAll: (count: number) => `Use all ${count} suggestions`,
    leavesOut: (address: string) =>
      `This list leaves out ${address}, the address that you are on now. Requests from here will be refused.`,
    reportOnly: 'Only report: let in everybody, and record whom the list would refuse.',
    modes: { enforce: 'Enforced', report: 'Only reports' },
    test: 'Test an address',
    testing: 'Test',
    allowedBy: (address: string, entry: string) => `${address} may use the key, by ${entry}.`,
    allowed: (address: string) => `${isolateDirection(address)} may use the key.`,
    refused: (address: string) => `${isolateDirection(address)} is not on the list.`,
    addressInvalid: 'Write one address, such as 192.0.2.1 or 2001:db8::1.',
    denials: 'Not on the list, in the last 24 hours',
    denied: (count: number, last: string) =>
      count === 1 ? `one request, ${last}` : `${count} requests, the last ${last}`,
    unreadable: 'Unreadable address',
    addDenied: (address: string) => `Add ${address} to the list`,
    warnings: {
      never_matches: (entries: string) =>
        `No request from the internet can come from ${entries}: it is private or reserved address space.`,
      very_wide: (entries: string) => `${entries} lets in a large part of the internet.`,
    },
    doubtful: (entry: string) =>
      `“${isolateDirection(entry)}” was not added: other lines or words of the text make it doubtful.`,
    tooLong: 'An IP ACL has 1,000 networks at most. Remove some of them.',
    tooMany: (count: number) =>
      `An IP ACL has 1,000 networks at most, and this would make ${number(count)}. Nothing was added.`,
    tooMuch: (count: number) =>
      count === 1
        ? 'This is too long to be an address or a network. Nothing was added.'
        : `This is too much to be read: ${number(count)} entries or words. An IP ACL has 1,000 networks at most. Nothing was added: paste addresses and networks alone.`,
    mergeHint: 'Neighbouring networks can be merged: exactly the same addresses in fewer entries.',
    merge: (count: number, merged: number) =>
      `Merge ${number(count)} into ${merged === 1 ? '1 network' : `${number(merged)} networks`}`,
    fits: (count: number) => `With those on the list these are ${number(count)} networks.`,
    useList: (count: number) => `Use all ${number(count)} networks`,
    notMergeable: 'Merging neighbouring networks does not bring them under that.',
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
      `“${isolateDirection(entry)}” is not a network in CIDR form. Write one such as 203.0.113.0/24 or 2001:db8::/32.`,
    cidr_prefix_missing: (entry: string) =>
      `“${isolateDirection(entry)}” is a single address. Write it with its prefix length.`,
    cidr_prefix_out_of_range: (entry: string) =>
      `“${isolateDirection(entry)}” has a prefix length that is too large. IPv4 has 32 at most, IPv6 128.`,
    cidr_host_bits_set: (entry: string) =>
      `“${isolateDirection(entry)}” is an address within a network.`,
    cidr_shared_by_workers: (entry: string) =>
      `“${isolateDirection(entry)}” is shared by every Worker on Cloudflare, anybody's. Leave it out.`,
  } satisfies Record<CidrFault['code'], (entry: string) => string>,

  password: {
    title: 'Confirm your identity',
    text: 'For your security, re-enter your account password.',
    label: 'Account password',
    create: 'Create key',
    reveal: 'Show token',
    copy: 'Copy token',
    busy: 'Checking…',
    required: 'Fill in your account password.',
    incorrect: 'This is not your account password. Nothing was changed; try again.',
    throttled: (wait: number) => `There were too many attempts. Try again in ${seconds(wait)}.`,
  },

  remove: {
    title: (name: string) => `Delete ${isolateDirection(name)}?`,
    text: (name: string) =>
      `This permanently removes the key of ${isolateDirection(name)}. Any application using it loses access immediately.`,
    open: 'Connections that are open already, such as a download or a WebSocket, run on until they end.',
    confirm: 'Delete key',
    busy: 'Deleting…',
    cancel: 'Cancel',
  },

  conflict: {
    title: 'This key was changed elsewhere',
    text: 'Somebody, perhaps you in another window, saved other changes meanwhile. Choose what to keep.',
    theirs: 'Saved now',
    mine: 'Yours',
    save: 'Save my choice',
    nothing: 'none',
    gone: 'This key was deleted elsewhere meanwhile. What you typed is still here: create a new key with it, or close the panel.',
    createInstead: 'Create as a new key',
  },

  snippets: {
    title: (name: string) => `Use the key of ${isolateDirection(name)}`,
    text: 'A request to the Portal API, ready to run.',
    language: 'Language',
    placeholder: 'YOUR_ACCESS_TOKEN',
    withToken: 'Copy with the token',
    asShown: 'Copy as shown',
    note: 'The token is filled in while copying, after your password. Treat it like a password.',
  },

  done: {
    created: (name: string) =>
      `The key of ${isolateDirection(name)} was created. It works at once.`,
    saved: (name: string) => `The changes to ${isolateDirection(name)} were saved.`,
    unchanged: 'Nothing was changed.',
    deleted: (name: string) => `The key of ${isolateDirection(name)} was deleted.`,
    revealed: 'The access token is shown. It hides by itself after 60 seconds.',
    hidden: 'The access token is hidden.',
    holds: 'This holds for the next request, everywhere.',
    pendingSave: (name: string) =>
      `The changes to ${isolateDirection(name)} are recorded and being enforced. This page says when it is done.`,
    pendingDelete: (name: string) =>
      `The deletion of ${isolateDirection(name)} is recorded and being enforced. This page says when it is done.`,
    enforced: (name: string) => `The changes to ${isolateDirection(name)} are enforced now.`,
    back: 'You are logged in again.',
  },

  fields: {
    required: 'Fill this in.',
    nameLength: 'Use 1 to 100 characters.',
    website:
      'Write an absolute URL that begins with http:// or https://, such as https://example.com.',
    platform: 'Choose a platform.',
    use: (value: string) => `Use ${isolateDirection(value)}`,
  },

  problems: {
    unreachable:
      'The gateway did not answer. Check your connection and try again: what you typed is kept, and a repeated request is not carried out twice.',
    logged_out: 'Your session has ended. Log in again to go on; what you typed is kept.',
    storage_unavailable:
      'The key store cannot be reached at the moment. Try again in a few seconds.',
    key_limit_reached:
      'This account has as many API keys as it may have. Delete one that is not used any more, or ask CommPeak for more.',
    https_required:
      'This page came over plain HTTP, which anybody on the way can read. Open it with https:// instead.',
    idempotency_mismatch:
      'An earlier attempt had already created this key. Save changes to apply what you changed since then.',
    cross_site_request: 'The browser sent this request as one of another site. Reload the page.',
    not_found: 'This key is not there any more: it was deleted elsewhere.',
    other: (detail: string, id: string) =>
      `${isolateDirection(detail)} (request ${isolateDirection(id)})`,
  },
}
