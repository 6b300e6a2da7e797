// The API Keys page: the list, and the dialogs over it.

import { useCallback, useMemo, useRef, useState } from 'preact/hooks'
import { announce, announceFailure } from './announce.tsx'
import type { Api, Failure } from './api.ts'
import { copyText } from './clipboard.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { nameOf } from './display-text.ts'
import { EmptyState } from './empty-state.tsx'
import { CloseIcon, ExternalIcon, PlusIcon } from './icons.tsx'
import { useKeyList } from './key-list.ts'
import { KeyPanel } from './key-panel.tsx'
import type { RowActions } from './key-row.tsx'
import { KeyTable } from './key-table.tsx'
import { messages } from './messages.ts'
import { PasswordPrompt } from './password-prompt.tsx'
import { useIsOffline } from './offline.ts'
import { failureText, isCode } from './problem-text.ts'
import { type Secret, useSecret, withoutToken } from './secret.ts'
import { SnippetDialog } from './snippet-dialog.tsx'
import type { Enforcement, Key, Session } from './types.ts'
import { NEWEST_FIRST, type Sort } from './view.ts'

/** The dialog that is open over the list. */
type OpenDialog =
  { readonly kind: 'create' } | { readonly kind: 'edit' | 'delete' | 'snippets'; readonly key: Key }

/** A request for the password, which gives access to the token of a key. */
interface Asking {
  readonly key: Key
  readonly label: string
  readonly onToken: (token: string) => Promise<void>
  readonly onClose: () => void
}

interface KeysPageProps {
  readonly api: Api
  readonly session: Session
  /** Reads the session again, because the customer's address may have changed. */
  readonly onOpenPanel: () => void
}

export function KeysPage({ api, session, onOpenPanel }: KeysPageProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null)
  const [asking, setAsking] = useState<Asking | null>(null)
  const [notice, setNotice] = useState<string | null>(null)
  const [newKeyId, setNewKeyId] = useState<string | null>(null)
  const [query, setQuery] = useState('')
  const [sort, setSort] = useState<Sort>(NEWEST_FIRST)
  const holder = useSecret(({ isShown }) => isShown && announce(messages.done.hidden))
  const isOffline = useIsOffline()
  const text = messages.page
  const { status, email } = session.account
  const isActive = status === 'active'

  const say = useCallback((...sentences: string[]) => {
    setNotice(sentences.join(' '))
    announce(sentences.join(' '))
  }, [])
  const list = useKeyList(api, {
    onEnforced: (key) => say(messages.done.enforced(nameOf(key))),
    onDeleted: (key, enforcement) =>
      say(messages.done.deleted(nameOf(key)), enforcementText(enforcement)),
  })

  const secretRef = useRef<Secret | null>(null)
  secretRef.current = holder.secret

  /** Uses a token, from memory or after asking for the password; false if the customer closed the prompt. */
  const withToken = useCallback(
    (key: Key, label: string, use: (token: string) => Promise<void>) =>
      new Promise<boolean>((resolve) => {
        const held = secretRef.current
        const useIt = (token: string) => use(token).then(() => resolve(true))
        if (held?.keyId === key.id) return void useIt(held.token)
        setAsking({ key, label, onToken: useIt, onClose: () => resolve(false) })
      }),
    [],
  )

  const copyToken = useCallback(
    async (key: Key, toText: (token: string) => string) => {
      let copied = false
      await withToken(key, messages.password.copy, async (token) => {
        copied = await copyText(toText(token))
      })
      return copied
    },
    [withToken],
  )

  const actions: RowActions = useMemo(
    () => ({
      onReveal: (key) =>
        setAsking({
          key,
          label: messages.password.reveal,
          onToken: async (token) => {
            const isHeld = holder.hold({ keyId: key.id, token, isShown: true })
            announce(isHeld ? messages.done.revealed : messages.done.hidden)
          },
          onClose: () => undefined,
        }),
      onHide: () => {
        holder.forget()
        announce(messages.done.hidden)
      },
      onCopy: (key) => copyToken(key, (token) => token),
      onSnippets: (key) => setDialog({ kind: 'snippets', key }),
      onEdit: (key) => {
        onOpenPanel()
        setDialog({ kind: 'edit', key })
      },
      onDelete: (key) => setDialog({ kind: 'delete', key }),
    }),
    [],
  )

  const askingRef = useRef(asking)
  askingRef.current = asking

  async function reveal(asked: Asking, password: string): Promise<Failure | null> {
    const answer = await api.reveal(asked.key.id, password)
    // The prompt was closed meanwhile, and another one may be open.
    if (askingRef.current !== asked) return null
    if (!answer.ok) return answer.error
    setAsking(null)
    await asked.onToken(answer.value.access_token)
    return null
  }

  function close() {
    setDialog(null)
  }

  function onMade(key: Key) {
    holder.hold({ keyId: key.id, token: key.access_token, isShown: false })
    setNewKeyId(key.id)
    setQuery('')
    setSort(NEWEST_FIRST)
    list.put(withoutToken(key))
  }

  function onCreated(key: Key) {
    close()
    onMade(key)
    say(messages.done.created(nameOf(key)))
  }

  function onSaved(key: Key, enforcement: Enforcement | null) {
    close()
    list.put(key)
    const { saved, pendingSave } = messages.done
    if (enforcement === null) say(pendingSave(nameOf(key)))
    else say(saved(nameOf(key)), enforcementText(enforcement))
  }

  function onDeleted(key: Key, enforcement: Enforcement | null) {
    close()
    if (holder.secret?.keyId === key.id) holder.forget()
    if (enforcement === null) {
      list.put({ ...key, isDeleting: true })
      say(messages.done.pendingDelete(nameOf(key)))
    } else {
      list.remove(key.id)
      say(messages.done.deleted(nameOf(key)), enforcementText(enforcement))
    }
  }

  return (
    <main id="main">
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{messages.apiKeys}</h1>
          <p class="intro">
            {text.intro}{' '}
            {session.documentation !== undefined && (
              <a href={session.documentation} target="_blank" rel="noopener noreferrer">
                {text.documentation}
                <ExternalIcon />
                <span class="visually-hidden">{text.newWindow}</span>
              </a>
            )}
          </p>
        </div>
        <button
          type="button"
          class="button primary"
          disabled={!isActive}
          aria-describedby={isActive ? undefined : 'inactive'}
          onClick={() => {
            onOpenPanel()
            setDialog({ kind: 'create' })
          }}
        >
          <PlusIcon /> {text.add}
        </button>
      </header>

      {isOffline && (
        <p class="notice warning" role="alert">
          {text.offline}
        </p>
      )}
      {!isActive && (
        <p class="notice warning" id="inactive">
          {status === 'pending' ? text.pending : text.suspended}
        </p>
      )}
      {notice !== null && (
        <div class="notice success">
          <p>{notice}</p>
          <button
            type="button"
            class="icon-button"
            aria-label={text.dismiss}
            title={text.dismiss}
            onClick={() => setNotice(null)}
          >
            <CloseIcon />
          </button>
        </div>
      )}
      {list.failure !== null && (
        <div class="notice danger" role="alert">
          <p>
            {text.loadFailed} {failureText(list.failure)}
          </p>
          <button type="button" class="button small" onClick={() => void list.reload()}>
            {text.retry}
          </button>
        </div>
      )}

      {list.keys === undefined ? (
        list.failure === null && <p class="loading">{messages.loading}</p>
      ) : list.keys.length === 0 ? (
        <EmptyState />
      ) : (
        <KeyTable
          keys={list.keys}
          secret={holder.secret}
          onQuery={setQuery}
          onSort={setSort}
          {...{ query, sort, newKeyId, isActive, actions }}
        />
      )}

      {(dialog?.kind === 'create' || dialog?.kind === 'edit') && (
        <KeyPanel
          api={api}
          session={session}
          edited={dialog.kind === 'edit' ? dialog.key : undefined}
          onMade={onMade}
          onCreated={onCreated}
          onSaved={onSaved}
          onUnchanged={() => {
            close()
            say(messages.done.unchanged)
          }}
          onClose={close}
        />
      )}
      {dialog?.kind === 'delete' && (
        <DeleteDialog
          api={api}
          apiKey={dialog.key}
          onDeleted={(enforcement) => onDeleted(dialog.key, enforcement)}
          onClose={close}
        />
      )}
      {dialog?.kind === 'snippets' && (
        <SnippetDialog
          name={nameOf(dialog.key)}
          isActive={isActive}
          onCopyWithToken={(toText) => copyToken(dialog.key, toText)}
          onClose={close}
        />
      )}
      {asking !== null && (
        <PasswordPrompt
          email={email}
          submitLabel={asking.label}
          onSubmit={(password) => reveal(asking, password)}
          onFailure={(failure) => {
            setAsking(null)
            asking.onClose()
            if (isCode(failure, 'not_found')) list.remove(asking.key.id)
            announceFailure(failureText(failure))
          }}
          onClose={() => {
            setAsking(null)
            asking.onClose()
          }}
        />
      )}
    </main>
  )
}

function enforcementText(enforcement: Enforcement | null): string {
  return enforcement === null ? '' : messages.done.holds
}
