// Every sentence of the page, with the parts beside this file. A translation is an object of this shape. Parts that
// only views need which are fetched later (views.ts) are imported there.

import { number, seconds } from './counted.ts'
import { isolateDirection } from './display-text.ts'
import { lifeMessages } from './life.ts'
import { aclMessages } from './acl.ts'
import { changeMessages } from './changes.ts'
import { useMessages } from './use.ts'
import { viewMessages } from './views.ts'

export const messages = {
  ...aclMessages,
  ...changeMessages,
  ...lifeMessages,
  ...useMessages,
  ...viewMessages,

  product: 'CommPeak',
  billing: 'Billing',
  apiKeys: 'API Keys',
  mainMenu: 'Main menu',
  skip: 'Skip to the content',
  loading: 'Loading…',

  logIn: {
    title: 'Log in to My CommPeak',
    email: 'E-mail address',
    password: 'Password',
    see: 'Show what you type',
    help: 'Having trouble logging in?',
    submit: 'Log in',
    busy: 'Logging in…',
    out: 'Log out',
    required: 'Fill in your e-mail address and your password.',
    failed: 'The e-mail address or the password is wrong. Check both and try again.',
    throttled: (wait: number) =>
      `There were too many log-ins from your address, or too many wrong passwords. Try again in ${seconds(wait)}.`,
    noCookie:
      'Your browser did not keep the cookie that the log-in needs. Allow cookies for this page, open it with https:// and log in again.',
    atProvider: 'You log in with your account there, and come back to this page.',
    againAtProvider:
      'Log in again in a new window to continue where you left off. Nothing that you typed is lost.',
    openWindow: 'Open a log-in window',
    againTitle: 'Your session has ended',
    againText: 'Log in again to continue where you left off. Nothing that you typed is lost.',
    cancel: 'Not now',
  },

  filters: {
    platform: 'Platform of the keys',
    allPlatforms: 'All platforms',
    condition: 'Show',
    allKeys: 'All keys',
    conditions: {
      any_address: 'Open to any address',
      report_only: 'Report only',
      unused: 'Not used for 90 days',
      refused: 'Refused in the last 24 hours',
      expiring: 'Expired or expiring soon',
      paused: 'Paused',
      leaked: 'Leaked',
    },
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
      'Your account is suspended. You can look at its API keys and delete them, and nothing else.',
    support: 'Contact support',
    full: (limit: number) =>
      limit === 1
        ? 'This account has the one API key that it may have. Delete it to add another, or ask for more.'
        : `This account has all ${number(limit)} API keys that it may have. Delete one that is no longer used, or ask for more.`,
    viewer:
      'You can look at the API keys of this account and change nothing, because your role is viewer. Ask an owner of the account for another role.',
    search: 'Search',
    clearSearch: 'Clear the search',
    clearFilters: 'Clear the filters',
    clearAll: 'Clear the search and the filters',
    count: (shown: number, all: number) =>
      shown === all ? (all === 1 ? '1 key' : `${all} keys`) : `${shown} of ${all} keys`,
    showMore: (count: number) => `Show ${number(count)} more`,
    noneFiltered: 'No keys match these filters.',
    noMatch: (query: string) => `No keys match “${isolateDirection(query)}”.`,
    loadFailed: 'The API keys could not be loaded.',
    retry: 'Try again',
    partMissing:
      'This part of the page could not be loaded. Check your connection, then load the page again.',
    reload: 'Load the page again',
    offline: 'There is no connection. What you typed is kept: continue when you are online again.',
    dismiss: 'Dismiss',
    close: 'Close',
    sortBy: 'Sort by',
    direction: {
      ascending: 'Ascending. Sort in descending order',
      descending: 'Descending. Sort in ascending order',
    },
  },

  empty: {
    noKeys: 'No API keys',
    title: 'Create your first key',
    text: 'An API key identifies your application to the CommPeak Portal API. Add one, copy its access token, and send the token with each request:',
    hint: 'Give each application a key of its own: then you can delete one without stopping the others.',
  },

  columns: {
    name: 'Application',
    platform: 'Platform',
    token: 'Access token',
    acl: 'IP ACL',
    used: 'Last used',
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
    reportOnly: 'Report only',
    more: (count: number) => `+${number(count)} more`,
    namesake: (name: string, end: string) => `${isolateDirection(name)} (…${end})`,
    reveal: (name: string) => `Show the access token of ${isolateDirection(name)}`,
    hide: (name: string) => `Hide the access token of ${isolateDirection(name)}`,
    copy: (name: string) => `Copy the access token of ${isolateDirection(name)}`,
    use: (name: string) => `Code examples for ${isolateDirection(name)}`,
    hideToken: 'Hide token',
    menu: (name: string) => `Actions for ${isolateDirection(name)}`,
    edit: 'Edit',
    editNamed: (name: string) => `Edit ${isolateDirection(name)}`,
    delete: (name: string) => `Delete ${isolateDirection(name)}`,
    hiddenToken: 'Hidden access token, ends with ',
    pending: 'Applying…',
    deleting: 'Deleting…',
  },

  copied: 'Copied to the clipboard.',
  copyFailed: 'Your browser did not let the page copy. Show the token and copy it by hand.',
  copy: 'Copy',

  fields: {
    required: 'Fill this in.',
    nameLength: 'Use 1 to 100 characters.',
    website:
      'Write an absolute URL that begins with http:// or https://, such as https://example.com.',
    platform: 'Choose a platform.',
    use: (value: string) => `Use ${isolateDirection(value)}`,
  },

  problems: {
    unreachableList: 'The gateway did not answer. Check your connection and try again.',
    unreachable:
      'The gateway did not answer. Check your connection and try again: what you typed is kept, and a repeated request is never carried out twice.',
    logged_out: 'Your session has ended. Log in again to continue; what you typed is kept.',
    storage_unavailable:
      'The key store cannot be reached at the moment. Try again in a few seconds.',
    key_limit_reached:
      'This account has as many API keys as it may have. Delete one that is no longer used, or ask CommPeak for more.',
    https_required:
      'This page was loaded over plain HTTP, which anybody on the way can read. Open it with https:// instead.',
    idempotency_mismatch:
      'An earlier attempt had already created this key. Save changes to apply what you changed since then.',
    cross_site_request:
      'Your browser marked this request as coming from another site. Reload the page.',
    second_factor:
      'This code is wrong, or was used already. Wait for the next one of the app, and see that the clock of your phone is right.',
    not_found: 'This key no longer exists: it was deleted elsewhere.',
    unknown: 'The gateway does not know what this page asks for. Load the page again.',
    role_insufficient: 'Your role does not allow this. Ask an owner of the account.',
    other: (detail: string, id: string) =>
      `${isolateDirection(detail)} (request ${isolateDirection(id)})`,
  },
}
