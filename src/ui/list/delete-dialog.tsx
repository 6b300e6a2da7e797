import { useRef, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import { ConfirmDialog } from '../controls/confirm-dialog.tsx'
import { nameOf } from '../messages/display-text.ts'
import * as columnsText from '../messages/columns.ts'
import * as text from '../messages/remove.ts'
import * as commonText from '../messages/common.ts'
import { networks } from '../messages/counted.ts'
import * as rowText from '../messages/row.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import { dayOf, minuteOf } from '../messages/times.ts'
import { UseCell } from './use-cell.tsx'
import type { Enforcement, Key } from '../api/types.ts'

interface DeleteDialogProps {
  readonly api: Api
  readonly apiKey: Key
  /** The enforcement is null if the deletion is recorded but not yet enforced. */
  readonly onDeleted: (enforcement: Enforcement | null) => void
  readonly onClose: () => void
}

/** Asks before a key is deleted, and explains the consequences. */
export function DeleteDialog({ api, apiKey, onDeleted, onClose }: DeleteDialogProps) {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const busy = useRef(false)

  async function remove() {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    const answer = await api.deleteKey(apiKey.id)
    if (answer.ok) return onDeleted(answer.value.enforcement)
    if (isCode(answer.error, 'enforcement_pending')) return onDeleted(null)
    busy.current = false
    setBusy(false)
    setError(failureText(answer.error))
  }

  return (
    <ConfirmDialog
      title={text.title(nameOf(apiKey))}
      confirm={isBusy ? text.busy : text.confirm}
      cancel={commonText.cancel}
      isBusy={isBusy}
      error={error}
      onConfirm={() => void remove()}
      onCancel={onClose}
    >
      <p>{text.text(nameOf(apiKey))}</p>
      <dl class="details">
        <dt>{commonText.keyId}</dt>
        <dd>
          <code>{apiKey.id}</code>
        </dd>
        <dt>{columnsText.token}</dt>
        <dd>
          <code>********{apiKey.access_token_ends_with}</code>
        </dd>
        <dt>{columnsText.created}</dt>
        <dd>
          {dayOf(apiKey.created_at)} {minuteOf(apiKey.created_at)}
        </dd>
        <dt>{columnsText.acl}</dt>
        <dd>{apiKey.ip_acl.length === 0 ? rowText.anyAddress : networks(apiKey.ip_acl.length)}</dd>
        <dt>{columnsText.used}</dt>
        <dd class="last-use">
          <UseCell usage={apiKey.usage} />
        </dd>
      </dl>
      <p class="hint">{text.open}</p>
    </ConfirmDialog>
  )
}
