// The URL of each view. Back closes what was opened, a reload opens it again, and a link can be sent. The
// text of the search is not part of a URL, because it may be an access token.

import { useEffect, useState } from 'preact/hooks'

export interface Route {
  readonly page: 'keys' | 'key' | 'activity' | 'sessions' | 'users' | 'security'
  /** The key that is looked at, or that is edited. */
  readonly keyId: string | null
  /** The panel over the page. */
  readonly panel: 'new' | 'edit' | 'rotate' | null
}

export const PATHS = {
  keys: '/admin/',
  activity: '/admin/activity',
  sessions: '/admin/sessions',
  users: '/admin/users',
  security: '/admin/security',
  newKey: '/admin/keys/new',
  key: (id: string) => `/admin/keys/${id}`,
  edit: (id: string) => `/admin/keys/${id}/edit`,
  rotate: (id: string) => `/admin/keys/${id}/rotate`,
}

export function routeOf(path: string): Route {
  const list = { page: 'keys', keyId: null, panel: null } as const
  if (path === PATHS.newKey) return { ...list, panel: 'new' }
  if (path === PATHS.activity) return { ...list, page: 'activity' }
  if (path === PATHS.sessions) return { ...list, page: 'sessions' }
  if (path === PATHS.users) return { ...list, page: 'users' }
  if (path === PATHS.security) return { ...list, page: 'security' }
  const [, id, panel] = /^\/admin\/keys\/(key_\w+?)(?:\/(edit|rotate))?$/.exec(path) ?? []
  if (id === undefined) return list
  if (panel === 'edit') return { page: 'keys', keyId: id, panel }
  return { page: 'key', keyId: id, panel: panel === 'rotate' ? panel : null }
}

const listeners = new Set<() => void>()
/** Asked before the browser's Back leaves a view; false keeps it. */
let guard: (() => boolean) | null = null
/** The URL that is shown, which the browser has left already when it tells. */
let shown = location.pathname + location.search

/** How many entries of the history before this one are the page's own. */
function depth(): number {
  const state = history.state as { depth?: number } | null
  return state?.depth ?? 0
}

function tell(): void {
  shown = location.pathname + location.search
  for (const listener of listeners) listener()
}

/** `added`: networks for the form that is opened. They are no part of the URL, which anybody can send. */
export function navigate(url: string, added: readonly string[] = []): void {
  if (url === shown) return
  history.pushState({ depth: depth() + 1, added }, '', url)
  tell()
}

/** The networks that the form was opened with. */
export function addedNetworks(): readonly string[] {
  const state = history.state as { added?: readonly string[] } | null
  return state?.added ?? []
}

/** Shows another URL in place of this one. */
export function replace(url: string): void {
  history.replaceState(history.state, '', url)
  tell()
}

/** Goes back to where the view was opened from; without that, to `parent`. */
export function leave(parent: string): void {
  guard = null
  if (depth() > 0) history.back()
  else replace(parent)
}

/** Asks before Back leaves the view; answers a function that stops that. */
export function guardBack(ask: () => boolean): () => void {
  guard = ask
  return () => {
    if (guard === ask) guard = null
  }
}

window.addEventListener('popstate', () => {
  if (guard === null || guard()) return tell()
  history.pushState({ depth: depth() + 1 }, '', shown)
})

/** The path and the query of the page, as they change. */
export function useUrl(): URL {
  const [url, setUrl] = useState(() => new URL(location.href))
  useEffect(() => {
    const update = () => setUrl(new URL(location.href))
    listeners.add(update)
    return () => void listeners.delete(update)
  }, [])
  return url
}
