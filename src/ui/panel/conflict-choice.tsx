// Shows two versions of a key side by side, the saved one and the typed one. The customer chooses per field.

import { useState } from 'preact/hooks'
import { DialogBody } from '../controls/dialog.tsx'
import { toPlainText } from '../messages/display-text.ts'
import { type Draft, draftOf, isSame } from './draft.ts'
import * as aclText from '../messages/acl.ts'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/conflict.ts'
import * as lifeText from '../messages/life.ts'
import * as limitMessages from '../messages/limit.ts'
import * as panelText from '../messages/panel.ts'
import * as rowText from '../messages/row.ts'
import { limitText, toLimit } from './rate-limit.ts'
import { untilText } from '../messages/times.ts'
import type { Key, KeyInput } from '../api/types.ts'

type Field = keyof KeyInput

const FIELDS: readonly Field[] = [
  'application_name',
  'application_website',
  'platform',
  'ip_acl',
  'ip_acl_mode',
  'ip_acl_notes',
  'expires_at',
  'rate_limit',
]

/** An edit of a key that was changed by someone else meanwhile. */
export interface Conflict {
  /** The key when the edit began, and the key as it is saved now. */
  readonly before: Key
  readonly now: Key
  readonly draft: Draft
}

interface ConflictChoiceProps {
  readonly conflict: Conflict
  readonly isBusy: boolean
  readonly onChoose: (draft: Draft) => void
  readonly onCancel: () => void
}

export function ConflictChoice({ conflict, isBusy, onChoose, onCancel }: ConflictChoiceProps) {
  const { before, now, draft } = conflict
  const [theirs, mine, old] = [draftOf(now), draft, draftOf(before)]
  const differing = FIELDS.filter((field) => !isSame(theirs[field], mine[field]))
  // At first, fields that were not edited here take the saved value.
  const [keepsMine, setKeepsMine] = useState<ReadonlySet<Field>>(
    new Set(differing.filter((field) => !isSame(mine[field], old[field]))),
  )

  function choose(field: Field, isMine: boolean) {
    const next = new Set(keepsMine)
    if (isMine) next.add(field)
    else next.delete(field)
    setKeepsMine(next)
  }

  return (
    <form
      class="dialog-form"
      onSubmit={(event) => {
        event.preventDefault()
        const kept = Object.fromEntries([...keepsMine].map((field) => [field, mine[field]]))
        const chosen = { ...theirs, ...kept }
        onChoose({ ...chosen, isOpen: chosen.ip_acl.length === 0 })
      }}
    >
      <DialogBody isBusy={isBusy}>
        <div class="notice warning" role="alert">
          <div>
            <h3>{text.title}</h3>
            <p>{text.text}</p>
          </div>
        </div>
        {differing.map((field) => (
          <fieldset class="choice" key={field}>
            <legend>{LABELS[field]}</legend>
            {([false, true] as const).map((isMine) => (
              <label key={String(isMine)}>
                <input
                  type="radio"
                  name={field}
                  checked={keepsMine.has(field) === isMine}
                  onChange={() => choose(field, isMine)}
                />
                <span>
                  <b>{isMine ? text.mine : text.theirs}</b>
                  <span class={field === 'ip_acl' ? 'mono' : ''}>
                    <bdi>{toPlainText(formatValue(field, isMine ? mine : theirs))}</bdi>
                  </span>
                </span>
              </label>
            ))}
          </fieldset>
        ))}
      </DialogBody>
      <footer class="dialog-foot actions">
        <button type="button" class="button" aria-disabled={isBusy} onClick={onCancel}>
          {commonText.cancel}
        </button>
        <button type="submit" class="button primary" aria-disabled={isBusy} aria-busy={isBusy}>
          {text.save}
        </button>
      </footer>
    </form>
  )
}

const LABELS = {
  application_name: panelText.name,
  application_website: panelText.website,
  platform: panelText.platform,
  ip_acl: panelText.acl,
  ip_acl_mode: panelText.aclMode,
  ip_acl_notes: panelText.notes,
  expires_at: panelText.expiry,
  rate_limit: limitMessages.title,
} satisfies Record<Field, string>

function formatValue(field: Field, draft: Draft): string {
  const { ip_acl, ip_acl_mode, platform } = draft
  if (field === 'ip_acl_mode') return aclText.modes[ip_acl_mode]
  if (field === 'ip_acl') return ip_acl.length === 0 ? rowText.anyAddress : ip_acl.join(', ')
  if (field === 'platform') return platform === '' ? '' : commonText.platforms[platform]
  if (field === 'ip_acl_notes') {
    const notes = Object.entries(draft.ip_acl_notes).map(([network, note]) => `${network}: ${note}`)
    return notes.length === 0 ? text.nothing : notes.join(', ')
  }
  if (field === 'expires_at') {
    return draft.expires_at === null ? lifeText.presets.never : untilText(draft.expires_at)
  }
  if (field === 'rate_limit') return limitText(toLimit(draft.rate_limit))
  return draft[field] === '' ? text.nothing : draft[field]
}
