// The panel that slides in from the right, for a new key or for the details of a key. The input stays until
// it is saved or discarded on purpose.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { addEntries, isUnresolved, reportFaults } from './acl.ts'
import type { Api, Failure } from './api.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { type Conflict, ConflictChoice } from './conflict-choice.tsx'
import { Dialog, DialogBody } from './dialog.tsx'
import {
  changesOf,
  checkDraft,
  type Draft,
  type DraftErrors,
  draftOf,
  EMPTY_DRAFT,
  isSame,
  toDraftErrors,
  toInput,
} from './draft.ts'
import { KeyForm } from './key-form.tsx'
import { messages } from './messages.ts'
import { PasswordPrompt } from './password-prompt.tsx'
import { failureText, isCode } from './problem-text.ts'
import { withoutToken } from './secret.ts'
import type { Enforcement, Key, KeyInput, Session } from './types.ts'

interface KeyPanelProps {
  readonly api: Api
  readonly session: Session
  /** The key to edit; left out for a new key. */
  readonly edited?: Key | undefined
  /** Called with a key that an earlier attempt made but whose answer was lost. */
  readonly onMade: (key: Key) => void
  readonly onCreated: (key: Key) => void
  /** The enforcement is null if the change is recorded but not yet enforced. */
  readonly onSaved: (key: Key, enforcement: Enforcement | null) => void
  readonly onUnchanged: () => void
  readonly onClose: () => void
}

export function KeyPanel(props: KeyPanelProps) {
  const { api, session, onCreated, onSaved, onUnchanged, onMade, onClose } = props
  const [base, setBase] = useState(props.edited)
  const [draft, setDraft] = useState<Draft>(base === undefined ? EMPTY_DRAFT : draftOf(base))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isAsking, setAsking] = useState<'password' | 'discard' | null>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  /** One per panel. However often the form is sent, it makes one key. */
  const idempotencyKey = useRef(crypto.randomUUID())
  /** The inputs sent with that key whose result is unknown. One of them may have made the key. */
  const inDoubt = useRef<KeyInput[]>([])
  const busy = useRef(false)
  const text = messages.panel

  const start = base === undefined ? EMPTY_DRAFT : draftOf(base)
  const isDirty = !isSame(draft, start)
  useWarningBeforeLeaving(isDirty)

  function dismiss() {
    if (busy.current) return
    if (isDirty) setAsking('discard')
    else onClose()
  }

  function submit() {
    if (busy.current) return
    // Text that is still in the field for an entry was meant to be on the list.
    const { acl, entry, report } = addEntries(draft.ip_acl, draft.entry, errors.pasted)
    const complete = { ...draft, ip_acl: acl, entry }
    const found = {
      ...checkDraft(complete),
      ...(isUnresolved(report, acl) && { pasted: report }),
    }
    setDraft(complete)
    setFailure(null)
    showErrors(found)
    if (Object.keys(found).length > 0) return
    setErrors({ pasted: report }) // keeps the lines that were left out visible
    if (base === undefined) setAsking('password')
    else void save(base, complete)
  }

  async function create(password: string): Promise<Failure | null> {
    const input = toInput(draft)
    const answer = await api.createKey(input, password, idempotencyKey.current)
    if (answer.ok) {
      onCreated(answer.value)
      return null
    }
    if (isInDoubt(answer.error)) inDoubt.current.push(input)
    if (!isCode(answer.error, 'idempotency_mismatch')) return answer.error
    return (await findMade(password)) ?? answer.error
  }

  /**
   * Repeats the inputs in doubt. The one that made the key is answered with that key, which is edited from
   * here on.
   */
  async function findMade(password: string): Promise<Failure | null> {
    for (const input of inDoubt.current) {
      const answer = await api.createKey(input, password, idempotencyKey.current)
      if (answer.ok) {
        onMade(answer.value)
        setBase(withoutToken(answer.value))
        return null
      }
      if (!isCode(answer.error, 'idempotency_mismatch')) return answer.error
    }
    return null
  }

  async function save(saved: Key, wanted: Draft) {
    const change = changesOf(saved, toInput(wanted))
    if (Object.keys(change).length === 0) return onUnchanged()
    busy.current = true
    setBusy(true)
    const answer = await api.editKey(saved, change)
    // Read before the form can be edited again, because the comparison would not show such edits.
    const isConflict = !answer.ok && isCode(answer.error, 'version_conflict')
    const now = isConflict ? await api.readKey(saved.id) : null
    busy.current = false
    setBusy(false)
    if (answer.ok) return onSaved(answer.value, answer.value.enforcement)
    if (isCode(answer.error, 'enforcement_pending')) {
      return onSaved({ ...saved, ...toInput(wanted), enforcement_state: 'pending' }, null)
    }
    if (now?.ok === true) return setConflict({ before: saved, now: now.value, draft: wanted })
    setConflict(null)
    refuse(now?.error ?? answer.error)
  }

  function refuse(failed: Failure) {
    setAsking(null)
    const found =
      failed.kind === 'problem' ? toDraftErrors(failed.errors, toInput(draft)) : ({} as DraftErrors)
    showErrors(found)
    // Entries that the API refused go back into the field, to be corrected there.
    if (found.pasted !== undefined) {
      const { faults } = found.pasted
      const refused = new Set(faults.map((fault) => fault.entry))
      const ip_acl = draft.ip_acl.filter((network) => !refused.has(network))
      setDraft({ ...draft, ip_acl, entry: reportFaults(faults).entry })
    }
    setFailure(Object.keys(found).length > 0 ? null : failed)
  }

  function showErrors(found: DraftErrors) {
    setErrors(found)
    if (Object.keys(found).length > 0) setFocusOnError((count) => count + 1)
  }

  const form = useRef<HTMLFormElement>(null)
  const [focusOnError, setFocusOnError] = useState(0)
  useLayoutEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [focusOnError])

  const isGone = failure !== null && base !== undefined && isCode(failure, 'not_found')
  return (
    <>
      <Dialog
        title={base === undefined ? text.createTitle : text.editTitle}
        shape="panel"
        onDismiss={dismiss}
      >
        {conflict === null ? (
          <form
            ref={form}
            class="dialog-form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault()
              submit()
            }}
          >
            <DialogBody isBusy={isBusy}>
              <div role="alert">
                {failure !== null && (
                  <div class="notice danger">
                    <p>{isGone ? messages.conflict.gone : failureText(failure)}</p>
                  </div>
                )}
              </div>
              <KeyForm
                api={api}
                saved={base}
                draft={draft}
                errors={errors}
                address={session.client_ip}
                onChange={(next, mended) => {
                  setDraft(next)
                  setErrors(mended)
                }}
              />
            </DialogBody>
            <footer class="dialog-foot actions">
              <button type="button" class="button" aria-disabled={isBusy} onClick={dismiss}>
                {text.cancel}
              </button>
              {isGone ? (
                <button key="again" type="button" class="button primary" onClick={createInstead}>
                  {messages.conflict.createInstead}
                </button>
              ) : (
                <button
                  key="submit" // its own key: the same click must not submit a button that replaces this one
                  type="submit"
                  class="button primary"
                  aria-disabled={isBusy}
                  aria-busy={isBusy}
                >
                  {isBusy ? text.saving : base === undefined ? text.create : text.save}
                </button>
              )}
            </footer>
          </form>
        ) : (
          <ConflictChoice
            key={conflict.now.version}
            conflict={conflict}
            isBusy={isBusy}
            onCancel={() => {
              if (!busy.current) setConflict(null)
            }}
            onChoose={(chosen) => {
              setDraft(chosen)
              setBase(conflict.now)
              void save(conflict.now, chosen)
            }}
          />
        )}
      </Dialog>
      {isAsking === 'password' && (
        <PasswordPrompt
          email={session.account.email}
          submitLabel={messages.password.create}
          isBinding
          onSubmit={create}
          onFailure={refuse}
          onClose={() => setAsking(null)}
        />
      )}
      {isAsking === 'discard' && (
        <ConfirmDialog
          title={text.discardTitle}
          confirm={text.discard}
          cancel={text.keep}
          onConfirm={onClose}
          onCancel={() => setAsking(null)}
        >
          <p>{text.discardText}</p>
        </ConfirmDialog>
      )}
    </>
  )

  /** The edited key was deleted, so the input becomes a new key. */
  function createInstead() {
    setBase(undefined)
    setFailure(null)
  }
}

/** Whether it is unknown if the request was carried out. */
function isInDoubt(failure: Failure): boolean {
  return failure.kind !== 'problem' || failure.status >= 500
}

/** Lets the browser ask before the page is left with unsaved input. */
function useWarningBeforeLeaving(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isDirty])
}
