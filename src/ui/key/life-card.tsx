// The life of a key, in its view: whether it is in use, and when it ends.

import { useState } from 'preact/hooks'
import { announceFailure } from '../controls/announce.tsx'
import type { Api, KeyChange } from '../api/api.ts'
import { ExpiryChoice } from '../panel/expiry-choice.tsx'
import { troubleOf } from '../list/key-state.ts'
import * as text from '../messages/life.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import { exactTime, untilText } from '../messages/times.ts'
import type { Enforcement, Key } from '../api/types.ts'

interface LifeCardProps {
  readonly api: Api
  readonly apiKey: Key
  readonly mayChange: boolean
  /** Takes the changed key. The enforcement is null if the change is recorded and not yet enforced. */
  readonly onChanged: (key: Key, enforcement: Enforcement | null, done: string) => void
  /** Takes the key as it is, after somebody else changed it. */
  readonly onRead: (key: Key) => void
}

export function LifeCard({ api, apiKey, mayChange, onChanged, onRead }: LifeCardProps) {
  const [isBusy, setBusy] = useState(false)
  const { enabled, expires_at: expiresAt } = apiKey
  const trouble = troubleOf(apiKey)

  async function change(part: KeyChange, done: string) {
    setBusy(true)
    const answer = await api.editKey(apiKey, part)
    const isConflict = !answer.ok && isCode(answer.error, 'version_conflict')
    const now = isConflict ? await api.readKey(apiKey.id) : null
    setBusy(false)
    if (now?.ok === true) onRead(now.value)
    if (answer.ok) return onChanged(answer.value, answer.value.enforcement, done)
    if (isCode(answer.error, 'enforcement_pending')) {
      return onChanged({ ...apiKey, ...part, enforcement_state: 'pending' }, null, text.pending)
    }
    announceFailure(isConflict ? text.conflict : failureText(answer.error))
  }

  return (
    <section class="card part" aria-labelledby="life">
      <h2 id="life">{text.title}</h2>
      <p>{enabled ? text.on : text.paused}</p>
      <p {...(expiresAt !== null && { title: exactTime(expiresAt) })}>
        {expiresAt === null
          ? text.never
          : trouble === 'expired'
            ? text.expired(untilText(expiresAt))
            : text.expires(untilText(expiresAt))}
      </p>
      <div class="actions">
        {trouble !== 'leaked' && (
          <button
            type="button"
            class="button"
            disabled={!mayChange || isBusy}
            onClick={() =>
              void change({ enabled: !enabled }, enabled ? text.donePause : text.doneResume)
            }
          >
            {enabled ? text.pause : text.resume}
          </button>
        )}
        <ExpiryChoice
          isDisabled={!mayChange || isBusy}
          onChoose={(time) => void change({ expires_at: time }, text.doneExpiry)}
        />
      </div>
    </section>
  )
}
