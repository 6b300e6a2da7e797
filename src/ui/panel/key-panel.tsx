// The panel that slides in from the right, for a new key or for the details of a key. The input stays until
// it is saved or discarded on purpose.

import { useCallback, useRef, useState } from 'preact/hooks'
import { announce } from '../controls/announce.tsx'
import type { Api, Proof } from '../api/api.ts'
import type { Failure } from '../api/request.ts'
import { type Conflict, ConflictChoice } from './conflict-choice.tsx'
import { Dialog } from '../controls/dialog.tsx'
import { changesOf, type Draft, draftOf, EMPTY_DRAFT, isSame, toInput } from './draft.ts'
import { completeDraft, type DraftErrors, toDraftErrors, withRefused } from './draft-errors.ts'
import { createKeyOnce } from './key-creation.ts'
import * as text from '../messages/panel.ts'
import * as readyText from '../messages/ready.ts'
import { PanelForm } from './panel-form.tsx'
import { type Asked, PanelPrompts } from './panel-prompts.tsx'
import { isCode } from '../messages/problem-text.ts'
import { ReadyKey } from '../ready/ready-key.tsx'
import { type Secret, withoutToken } from '../token/secret.ts'
import type { Enforcement, Key, Session } from '../api/types.ts'
import { useUnsaved } from '../browser/unsaved.ts'

interface KeyPanelProps {
  readonly api: Api
  readonly session: Session
  /** The key to edit; left out for a new key. */
  readonly edited?: Key | undefined
  /** Networks to put on the IP ACL, which are not saved yet. */
  readonly added?: readonly string[]
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
  const { api, session, added, keys, secret, onSaved, onUnchanged, onMade, onClose } = props
  /** The key that was created, whose token the panel then gives. */
  const [made, setMade] = useState<Key | null>(null)
  const [base, setBase] = useState(props.edited)
  const [draft, setDraft] = useState<Draft>(base === undefined ? EMPTY_DRAFT : draftOf(base, added))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [failure, setFailure] = useState<Failure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isAsking, setAsking] = useState<Asked>(null)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const createOnce = useRef(createKeyOnce(api))
  const busy = useRef(false)
  /** How often errors were found, which are then to be shown. */
  const [checks, setChecks] = useState(0)

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
    const { complete, found, report } = completeDraft(draft, errors.pasted)
    setDraft(complete)
    setFailure(null)
    showErrors(found)
    if (Object.keys(found).length > 0) return
    setErrors({ pasted: report }) // keeps the lines that were left out visible
    if (base === undefined) setAsking('password')
    else void save(base, complete)
  }

  async function create(proof: Proof): Promise<Failure | null> {
    const result = await createOnce.current(toInput(draft), proof)
    if (result.kind === 'failed') return result.failure
    onMade(result.key)
    if (result.kind === 'made_earlier') {
      setBase(withoutToken(result.key)) // which is edited from here on
      return result.failure
    }
    setAsking(null)
    setMade(withoutToken(result.key))
    announce(readyText.title)
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
    if (Object.keys(found).length > 0) setChecks((count) => count + 1)
  }

  return (
    <>
      <Dialog
        title={made !== null ? readyText.title : isNew ? text.createTitle : text.editTitle}
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
          <PanelForm
            {...{ api, keys, base, draft, errors, failure, isBusy }}
            address={session.client_ip}
            checks={checks}
            onChange={(next, mended) => {
              setDraft(next)
              setErrors(mended)
            }}
            onSubmit={submit}
            onCancel={dismiss}
            onCreateInstead={createInstead}
          />
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
