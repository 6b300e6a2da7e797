// What a customer works with: the page of the URL, the keys, and the dialogs over them.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ActivityPage } from './activity-page.tsx'
import { announceFailure, announcePending, announceSuccess } from './announce.tsx'
import type { Api } from './api.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { nameOf } from './display-text.ts'
import { isToken, openKeyOf } from './find-token.ts'
import { type ListedKey, useKeyList } from './key-list.ts'
import { KeyPanel } from './key-panel.tsx'
import type { RowActions } from './row-actions.ts'
import { KeyView } from './key-view.tsx'
import { KeysPage } from './keys-page.tsx'
import { ListSkeleton } from './list-skeleton.tsx'
import { messages } from './messages.ts'
import { onNews, tellOtherTabs } from './other-tabs.ts'
import { rightsOf } from './rights.ts'
import { leave, navigate, PATHS, replace, type Route } from './route.ts'
import { withoutToken } from './secret.ts'
import { RotatePanel } from './rotate-panel.tsx'
import { SessionsPage } from './sessions-page.tsx'
import { SnippetDialog } from './snippet-dialog.tsx'
import { useTokenAccess } from './token-access.tsx'
import type { Enforcement, Key, Session } from './types.ts'
import { UsersPage } from './users-page.tsx'
import { filtersOf, NEWEST_FIRST } from './view.ts'

interface WorkspaceProps {
  readonly api: Api
  readonly session: Session
  readonly route: Route
  readonly query: URLSearchParams
  /** Reads the session again, because the customer's address may have changed. */
  readonly onOpenPanel: () => void
}

export function Workspace({ api, session, route, query, onOpenPanel }: WorkspaceProps) {
  const [dialog, setDialog] = useState<{ kind: 'delete' | 'snippets'; key: Key } | null>(null)
  const [search, setSearch] = useState('')
  const [sort, setSort] = useState(NEWEST_FIRST)
  const [newKeyId, setNewKeyId] = useState<string | null>(null)
  const { user } = session
  const rights = rightsOf(session)
  const { mayChange } = rights
  const { done } = messages

  const list = useKeyList(api, {
    onEnforced: (key) => announceSuccess(done.enforced(nameOf(key)), key.id),
    onDeleted: (key) => announceSuccess(done.deleted(nameOf(key)), key.id),
  })
  const tokens = useTokenAccess({ api, email: user.email, onGone: list.remove })
  const { secret } = tokens.holder
  const panel = usePanel(route, list.keys, mayChange)
  useEffect(() => {
    if (panel !== null) onOpenPanel()
  }, [panel === null])
  useEffect(() => onNews('keys', () => void list.reload()), [list.reload])

  const actions: RowActions = useMemo(
    () => ({
      onReveal: tokens.reveal,
      onHide: tokens.hide,
      onCopy: (key) => tokens.copy(key, (token) => token),
      onSnippets: (key) => setDialog({ kind: 'snippets', key }),
      onEdit: (key) => navigate(PATHS.edit(key.id)),
      onDelete: (key) => setDialog({ kind: 'delete', key }),
    }),
    [],
  )

  function put(key: ListedKey) {
    list.put(key)
    tellOtherTabs('keys')
  }

  /** A token that is pasted is found, and does not stay in the field. */
  function onQuery(text: string) {
    setSearch(text)
    if (isToken(text)) void openKeyOf(text, list.keys, api).then(() => setSearch(''))
  }

  function onMade(key: Key) {
    tokens.holder.hold({ keyId: key.id, token: key.access_token, isShown: false })
    setNewKeyId(key.id)
    setSearch('')
    setSort(NEWEST_FIRST)
    put(withoutToken(key))
  }

  function onSaved(key: Key, enforcement: Enforcement | null) {
    leave(PATHS.keys)
    put(key)
    if (enforcement === null) announcePending(done.pendingSave(nameOf(key)), key.id)
    else announceSuccess(`${done.saved(nameOf(key))} ${done.holds}`, key.id)
  }

  function onRotated(key: Key) {
    tokens.holder.hold({ keyId: key.id, token: key.access_token, isShown: false })
    put(withoutToken(key))
  }

  function onRotation(key: Key, enforcement: Enforcement | null, text: string) {
    if (secret?.keyId === key.id) tokens.holder.forget() // it may be the one that has ended
    put(key)
    if (enforcement === null) announcePending(text, key.id)
    else announceSuccess(`${text} ${done.holds}`, key.id)
  }

  function onDeleted(key: Key, enforcement: Enforcement | null) {
    setDialog(null)
    if (secret?.keyId === key.id) tokens.holder.forget()
    if (enforcement === null) {
      put({ ...key, isDeleting: true })
      announcePending(done.pendingDelete(nameOf(key)), key.id)
    } else {
      list.remove(key.id)
      tellOtherTabs('keys')
      announceSuccess(`${done.deleted(nameOf(key))} ${done.holds}`, key.id)
    }
  }

  const shown = list.keys?.find(({ id }) => id === route.keyId)
  const isLost = route.page === 'key' && list.keys !== undefined && shown === undefined
  useEffect(() => {
    if (isLost) replace(PATHS.keys)
  }, [isLost])
  const nameOfKey = (id: string) => {
    const key = list.keys?.find((each) => each.id === id)
    return key === undefined ? undefined : nameOf(key)
  }

  return (
    <>
      {route.page === 'activity' && <ActivityPage api={api} nameOfKey={nameOfKey} />}
      {route.page === 'sessions' && <SessionsPage api={api} role={user.role} />}
      {route.page === 'users' && <UsersPage api={api} currentId={user.id} />}
      {route.page === 'key' &&
        (shown === undefined ? (
          <main id="main">
            <ListSkeleton />
          </main>
        ) : (
          <KeyView
            api={api}
            apiKey={shown}
            token={secret?.isShown === true && secret.keyId === shown.id ? secret.token : null}
            {...{ rights, actions, onRotation }}
            onRead={put}
          />
        ))}
      {route.page === 'keys' && (
        <KeysPage
          query={search}
          filters={filtersOf(query)}
          onQuery={onQuery}
          onSort={setSort}
          {...{ session, rights, list, secret, newKeyId, sort, actions }}
        />
      )}
      {panel !== null && (
        <KeyPanel
          key={panel.edited?.id ?? 'new'}
          api={api}
          session={session}
          keys={list.keys ?? []}
          edited={panel.edited}
          secret={secret}
          onMade={onMade}
          onSaved={onSaved}
          onUnchanged={() => {
            leave(PATHS.keys)
            announceSuccess(done.unchanged)
          }}
          onClose={() => leave(PATHS.keys)}
        />
      )}
      {route.panel === 'rotate' && shown !== undefined && mayChange && (
        <RotatePanel
          key={shown.id}
          apiKey={shown}
          onClose={() => leave(PATHS.key(shown.id))}
          {...{ api, session, secret, onRotated }}
        />
      )}
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          api={api}
          apiKey={dialog.key}
          onDeleted={(enforcement) => onDeleted(dialog.key, enforcement)}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog?.kind === 'snippets' && (
        <SnippetDialog
          name={nameOf(dialog.key)}
          mayChange={mayChange}
          onCopyWithToken={(toText) => tokens.copy(dialog.key, toText)}
          onClose={() => setDialog(null)}
        />
      )}
      {tokens.prompt}
    </>
  )
}

interface OpenPanel {
  /** The key as it was when the panel opened; undefined for a new one. */
  readonly edited: Key | undefined
}

/** The panel of the URL. What is typed in it outlives a list that is read again. */
function usePanel(
  { panel, keyId }: Route,
  keys: readonly ListedKey[] | undefined,
  mayChange: boolean,
): OpenPanel | null {
  const open = useRef<(OpenPanel & { readonly of: string }) | null>(null)
  const of = panel === null || panel === 'rotate' ? null : `${panel} ${keyId}`
  if (open.current?.of !== of) open.current = null
  const edited = keys?.find(({ id }) => id === keyId)
  const isReady = mayChange && (panel === 'new' || edited !== undefined)
  if (of !== null && open.current === null && isReady) {
    open.current = { of, edited: panel === 'new' ? undefined : edited }
  }
  const isLost = of !== null && open.current === null && keys !== undefined
  useEffect(() => {
    if (!isLost) return
    if (mayChange) announceFailure(messages.problems.not_found)
    replace(PATHS.keys)
  }, [isLost])
  return open.current
}
