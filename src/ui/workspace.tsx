// What a customer works with: the page of the URL, the keys, and the dialogs over them.

import { useEffect, useMemo, useState } from 'preact/hooks'
import { announceSuccess } from './controls/announce.tsx'
import type { Answer, Api } from './api/api.ts'
import { DeleteDialog } from './list/delete-dialog.tsx'
import { nameOf } from './messages/display-text.ts'
import { isToken, openKeyOf } from './token/find-token.ts'
import { keyChangesOf } from './list/key-changes.ts'
import { useKeyList } from './list/key-list.ts'
import type { RowActions } from './list/row-actions.ts'
import { KeysPage } from './list/keys-page.tsx'
import { ListSkeleton } from './controls/list-skeleton.tsx'
import * as doneText from './messages/done.ts'
import { onNews } from './browser/other-tabs.ts'
import { usePanel } from './panel/open-panel.ts'
import { rightsOf } from './frame/rights.ts'
import { leave, navigate, PATHS, replace, type Route } from './browser/route.ts'
import { useTokenAccess } from './token/token-access.tsx'
import type { Key, Session } from './api/types.ts'
import { filtersOf, NEWEST_FIRST } from './list/view.ts'
import {
  ActivityPage,
  KeyPanel,
  KeyView,
  RotatePanel,
  RowMenu,
  SecurityPage,
  SessionsPage,
  SnippetDialog,
  UsersPage,
} from './views.ts'

interface WorkspaceProps {
  readonly api: Api
  readonly session: Session
  readonly route: Route
  readonly query: URLSearchParams
  /** Holds the keys that were read with the session, if they were. They are taken once. */
  readonly firstKeys: { current: Answer<readonly Key[]> | null }
  /** Reads the session again, because the customer's address may have changed. */
  readonly onOpenPanel: () => void
}

export function Workspace(props: WorkspaceProps) {
  const { api, session, route, query, firstKeys, onOpenPanel } = props
  const [dialog, setDialog] = useState<{ kind: 'menu' | 'delete' | 'snippets'; key: Key } | null>(
    null,
  )
  const [search, setSearch] = useState('')
  const [sort, setSort] = useState(NEWEST_FIRST)
  const [isWhole, setWhole] = useState(false)
  const [newKeyId, setNewKeyId] = useState<string | null>(null)
  const { user } = session
  const rights = rightsOf(session)
  const { mayChange } = rights

  const list = useKeyList(api, firstKeys, {
    onEnforced: (key) => announceSuccess(doneText.enforced(nameOf(key)), key.id),
    onDeleted: (key) => announceSuccess(doneText.deleted(nameOf(key)), key.id),
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
      onMenu: (key) => setDialog({ kind: 'menu', key }),
      onSnippets: (key) => setDialog({ kind: 'snippets', key }),
      onEdit: (key, networks) => navigate(PATHS.edit(key.id), networks),
      onDelete: (key) => setDialog({ kind: 'delete', key }),
    }),
    [],
  )

  /** A token that is pasted is found, and does not stay in the field. */
  function onQuery(text: string) {
    setSearch(text)
    if (isToken(text)) void openKeyOf(text, list.keys, api).then(() => setSearch(''))
  }

  const { put, onMade, onSaved, onRotated, onRotation, onDeleted } = keyChangesOf({
    list,
    holder: tokens.holder,
    onNew: (key) => {
      setNewKeyId(key.id)
      setSearch('')
      setSort(NEWEST_FIRST)
    },
    onGone: () => setDialog(null),
  })

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
      {route.page === 'security' && (
        <SecurityPage api={api} email={user.email} onSetUp={onOpenPanel} />
      )}
      {route.page === 'users' && (
        <UsersPage api={api} currentId={user.id} support={session.support} />
      )}
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
          onShowAll={() => setWhole(true)}
          {...{ session, rights, list, secret, newKeyId, sort, isWhole, actions }}
        />
      )}
      {panel !== null && (
        <KeyPanel
          key={panel.edited?.id ?? 'new'}
          api={api}
          session={session}
          keys={list.keys ?? []}
          edited={panel.edited}
          added={panel.added}
          secret={secret}
          onMade={onMade}
          onSaved={onSaved}
          onUnchanged={() => {
            leave(PATHS.keys)
            announceSuccess(doneText.unchanged)
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
      {dialog?.kind === 'menu' && (
        <RowMenu
          apiKey={dialog.key}
          isShown={secret?.isShown === true && secret.keyId === dialog.key.id}
          onClose={() => setDialog(null)}
          {...{ rights, actions }}
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
