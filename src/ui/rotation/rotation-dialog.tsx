// Asks before the end of an old token is changed, and changes it.

import { useRef, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import { ConfirmDialog } from '../controls/confirm-dialog.tsx'
import * as text from '../messages/rotation.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import { untilText } from '../messages/times.ts'
import type { Enforcement, Key } from '../api/types.ts'

/** Ends the old token, takes the rotation back, or moves the end to so many seconds from now. */
export type RotationChange = 'finish' | 'take_back' | number

interface RotationDialogProps {
  readonly api: Api
  readonly apiKey: Key
  readonly change: RotationChange
  readonly onChanged: (key: Key, enforcement: Enforcement | null, done: string) => void
  readonly onClose: () => void
}

export function RotationDialog({ api, apiKey, change, onChanged, onClose }: RotationDialogProps) {
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const busy = useRef(false)
  /** The new end, if it moves. */
  const [endsAt] = useState(() => {
    const seconds = typeof change === 'number' ? change : 0
    return new Date(Date.now() + seconds * 1_000).toISOString()
  })
  const { title, body, confirm, done } = {
    finish: {
      title: text.finishTitle,
      body: text.finishText,
      confirm: text.finish,
      done: text.finished,
    },
    take_back: {
      title: text.takeBackTitle,
      body: text.takeBackText,
      confirm: text.takeBack,
      done: text.takenBack,
    },
    move: {
      title: text.moveTitle,
      body: text.both(untilText(endsAt)),
      confirm: text.moveConfirm,
      done: text.moved(untilText(endsAt)),
    },
  }[typeof change === 'number' ? 'move' : change]

  async function submit() {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    const answer =
      typeof change === 'number'
        ? await api.moveRotationEnd(apiKey.id, endsAt)
        : await api.endRotation(apiKey.id, change === 'finish' ? 'new' : 'old')
    if (answer.ok) return onChanged(answer.value, answer.value.enforcement, done)
    if (isCode(answer.error, 'enforcement_pending')) {
      return onChanged({ ...apiKey, enforcement_state: 'pending' }, null, text.pending)
    }
    busy.current = false
    setBusy(false)
    setError(failureText(answer.error))
  }

  return (
    <ConfirmDialog
      title={title}
      confirm={isBusy ? text.busy : confirm}
      cancel={text.cancel}
      isBusy={isBusy}
      error={error}
      onConfirm={() => void submit()}
      onCancel={onClose}
    >
      <p>{body}</p>
    </ConfirmDialog>
  )
}
