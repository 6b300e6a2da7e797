// The sentences of the page around the list.

import { counted, number } from './counted.ts'
import { isolateDirection } from './display-text.ts'

export const intro =
  'API keys let your applications use the CommPeak Portal API instead of a user name and a password.'
export const documentation = 'API documentation'
export const add = 'Add API key'
export const newWindow = '(opens in a new window)'
export const pending =
  'Your account is still pending activation. API keys can only be created once it is fully activated.'
export const suspended =
  'Your account is suspended. You can look at its API keys and delete them, and nothing else.'
export const support = 'Contact support'
export const full = (limit: number) =>
  limit === 1
    ? 'This account has the one API key that it may have. Delete it to add another, or ask for more.'
    : `This account has all ${number(limit)} API keys that it may have. Delete one that is no longer used, or ask for more.`
export const viewer =
  'You can look at the API keys of this account and change nothing, because your role is viewer. Ask an owner of the account for another role.'
export const search = 'Search'
export const clearSearch = 'Clear the search'
export const clearFilters = 'Clear the filters'
export const clearAll = 'Clear the search and the filters'
export const count = (shown: number, all: number) =>
  (shown === all ? '' : `${number(shown)} of `) + counted(all, 'key')
export const showMore = (hidden: number) => `Show ${number(hidden)} more`
export const noneFiltered = 'No keys match these filters.'
export const noMatch = (query: string) => `No keys match “${isolateDirection(query)}”.`
export const loadFailed = 'The API keys could not be loaded.'
export const retry = 'Try again'
export const partMissing =
  'This part of the page could not be loaded. Check your connection, then load the page again.'
export const reload = 'Load the page again'
export const offline =
  'There is no connection. What you typed is kept: continue when you are online again.'
export const dismiss = 'Dismiss'
export const close = 'Close'
export const sortBy = 'Sort by'
export const direction = {
  ascending: 'Ascending. Sort in descending order',
  descending: 'Descending. Sort in ascending order',
}
