// The panel that slides in from the right, for a new key or for the details of a key. The input stays until
// it is saved or discarded on purpose.

import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { addEntries, isUnresolved } from './acl.ts'
import { announce } from './announce.tsx'
import type { Api, Failure } from './api.ts'
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
  withRefused,
} from './draft.ts'
import { createKeyOnce } from './key-creation.ts'
import { KeyForm } from './key-form.tsx'
import { messages } from './messages.ts'
import { PanelFoot } from './panel-foot.tsx'
import { type Asked, PanelPrompts } from './panel-prompts.tsx'
import { failureText, isCode } from './problem-text.ts'
import { ReadyKey } from './ready-key.tsx'
import { type Secret, withoutToken } from './secret.ts'
import type { Enforcement, Key, Session } from './types.ts'
import { useUnsaved } from './unsaved.ts'
import { hasNamesake } from './view.ts'

interface KeyPanelProps {
  readonly api: Api
  readonly session: Session
  /** The key to edit; left out for a new key. */
  readonly edited?: Key | undefined
  /** The keys of the account, of which another may have the same name. */
  readonly keys: readonly Key[]
  /** The token that the page holds. */
  readonly secret: Secret | null
  readonly onMade: (key: Key) => void
  /** The enforcement is null if the change is recorded but not yet enforced. */
  readonly onSaved: (key: Key, enforcement: Enforcement | null) => void
  readonly onUnchanged: () => void
  readonly onClose: () => void
}

export function KeyPanel(props: KeyPanelProps) {
  const { api, session, keys, secret, onSaved, onUnchanged, onMade, onClose } = props
  /** The key that was created, whose token the panel then gives. */
  const [made, setMade] = useState<Key | null>(null)
  const [base, setBase] = useState(props.edited)
  const [draft, setDraft] = useState<Draft>(base === undefined ? EMPTY_DRAFT : draftOf(base))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isAsking, setAsking] = useState<Asked>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const createOnce = useRef(createKeyOnce(api))
  const busy = useRef(false)
  const text = messages.panel

  const start = base === undefined ? EMPTY_DRAFT : draftOf(base)
  const isNew = base === undefined
  const isDirty = made === null && !isSame(draft, start)
  const askBeforeBack = useCallback(() => {
    if (!busy.current) setAsking((asking) => asking ?? 'discard')
  }, [])
  useUnsaved(isDirty, askBeforeBack)

  function dismiss() {
    if (busy.current) return
    if (isDirty) setAsking('discard')
    else onClose()
  }

  function submit() {
    if (busy.current) return
    // Text that is still in the field for an entry was meant to be on the list.
    const listed = draft.isOpen ? [] : draft.ip_acl
    const { acl, entry, report } = addEntries(listed, draft.entry, errors.pasted)
    const isOpen = draft.isOpen && acl.length === 0
    const complete = { ...draft, isOpen, ip_acl: acl, entry }
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
    const result = await createOnce.current(toInput(draft), password)
    if (result.kind === 'failed') return result.failure
    onMade(result.key)
    if (result.kind === 'made_earlier') {
      setBase(withoutToken(result.key)) // which is edited from here on
      return result.failure
    }
    setAsking(null)
    setMade(withoutToken(result.key))
    announce(messages.ready.title)
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
    if (found.pasted !== undefined) setDraft(withRefused(draft, found.pasted))
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
        title={made !== null ? messages.ready.title : isNew ? text.createTitle : text.editTitle}
        shape="panel"
        onDismiss={dismiss}
      >
        {made !== null ? (
          <ReadyKey
            apiKey={made}
            secret={secret?.keyId === made.id ? secret : null}
            documentation={session.documentation}
            onDone={onClose}
          />
        ) : conflict === null ? (
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
                isTaken={hasNamesake(keys, draft.application_name, base?.id)}
                onChange={(next, mended) => {
                  setDraft(next)
                  setErrors(mended)
                }}
              />
            </DialogBody>
            <PanelFoot
              onCancel={dismiss}
              onCreateInstead={createInstead}
              {...{ isNew, isGone, isBusy }}
            />
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
      <PanelPrompts
        asked={isAsking}
        email={session.user.email}
        name={draft.application_name.trim()}
        onCreate={create}
        onFailure={refuse}
        onDiscard={onClose}
        onClose={() => setAsking(null)}
      />
    </>
  )

  /** The edited key was deleted, so the input becomes a new key. */
  function createInstead() {
    setBase(undefined)
    setFailure(null)
  }
}
