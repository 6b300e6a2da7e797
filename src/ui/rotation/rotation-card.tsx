// The rotation of a key, in its view: how to start one, and while one is under way who still uses the old token.

import { useEffect, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import * as aclText from '../messages/acl.ts'
import * as text from '../messages/rotation.ts'
import { navigate, PATHS } from '../browser/route.ts'
import { RotationDialog, type RotationChange } from './rotation-dialog.tsx'
import { exactTime, minuteOf, untilText } from '../messages/times.ts'
import type { Enforcement, Key, RotationUse } from '../api/types.ts'

interface RotationCardProps {
  readonly api: Api
  readonly apiKey: Key
  readonly mayChange: boolean
  /** Takes the changed key. The enforcement is null if the change is recorded and not yet enforced. */
  readonly onChanged: (key: Key, enforcement: Enforcement | null, done: string) => void
}

const REFRESH_MS = 10_000

export function RotationCard({ api, apiKey, mayChange, onChanged }: RotationCardProps) {
  const [asked, setAsked] = useState<RotationChange | null>(null)
  const use = useRotation(api, apiKey)
  const { rotation } = apiKey
  return (
    <section class="card part" aria-labelledby="rotation">
      <h2 id="rotation">{text.title}</h2>
      {rotation === null ? (
        <>
          <p>{apiKey.leaked_at === null ? text.text : text.leaked}</p>
          <div class="actions">
            <button
              type="button"
              class={apiKey.leaked_at === null ? 'button' : 'button primary'}
              disabled={!mayChange}
              onClick={() => navigate(PATHS.rotate(apiKey.id))}
            >
              {text.start}
            </button>
          </div>
        </>
      ) : (
        <>
          <p title={exactTime(rotation.ends_at)}>{text.both(untilText(rotation.ends_at))}</p>
          {use !== undefined && <RotationProgress use={use} />}
          <div class="actions">
            <button
              type="button"
              class="button"
              disabled={!mayChange}
              onClick={() => setAsked('finish')}
            >
              {text.finish}
            </button>
            <button
              type="button"
              class="button"
              disabled={!mayChange}
              onClick={() => setAsked('take_back')}
            >
              {text.takeBack}
            </button>
            <label class="move-end">
              <span class="visually-hidden">{text.move}</span>
              <select
                value=""
                disabled={!mayChange}
                onChange={({ currentTarget }) => {
                  const seconds = Number(currentTarget.value)
                  currentTarget.value = ''
                  setAsked(seconds)
                }}
              >
                <option value="">{text.moveNow}</option>
                {Object.entries(text.moveBy).map(([seconds, label]) => (
                  <option key={seconds} value={seconds}>
                    {text.move} {label}
                  </option>
                ))}
              </select>
            </label>
          </div>
        </>
      )}
      {asked !== null && (
        <RotationDialog
          api={api}
          apiKey={apiKey}
          change={asked}
          onChanged={(key, enforcement, done) => {
            setAsked(null)
            onChanged(key, enforcement, done)
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  )
}

/** Null while it cannot be told, undefined before the first answer. */
function useRotation(api: Api, { id, rotation }: Key): RotationUse | null | undefined {
  const [use, setUse] = useState<RotationUse | null | undefined>()
  const isUnderWay = rotation !== null
  useEffect(() => {
    if (!isUnderWay) return undefined
    let isOver = false
    const read = async () => {
      if (document.visibilityState === 'hidden') return
      const answer = await api.readRotation(id)
      if (!isOver) setUse(answer.ok ? answer.value : null)
    }
    void read()
    const timer = setInterval(() => void read(), REFRESH_MS)
    return () => {
      isOver = true
      clearInterval(timer)
    }
  }, [id, isUnderWay])
  return use
}

function RotationProgress({ use }: { readonly use: RotationUse | null }) {
  if (use === null) return <p class="hint">{text.unknown}</p>
  const { old, new: fresh } = use
  const isQuiet = old.last_used_at !== null && old.requests_last_hour === 0
  // Who was only refused does not use the token.
  const users = old.addresses.filter(({ allowed }) => allowed > 0)
  return (
    <>
      <dl class="details" aria-live="polite">
        <dt>{text.old}</dt>
        <dd>
          {old.last_used_at === null
            ? text.unusedOld
            : isQuiet
              ? text.quiet
              : `${text.used(secondsSince(old.last_used_at), users[0]?.address ?? null)}, ${text.lastHour(old.requests_last_hour)}.`}
        </dd>
        <dt>{text.fresh}</dt>
        <dd>
          {fresh.last_used_at === null
            ? text.unusedNew
            : `${text.used(secondsSince(fresh.last_used_at), null)}.`}
        </dd>
      </dl>
      {users.length > 0 && (
        <ul class="denials" tabIndex={0} aria-label={text.addresses}>
          {users.map(({ address, allowed, last_at: last }) => (
            <li key={address}>
              <span class="mono">{address ?? aclText.unreadable}</span>
              <span class="hint" title={exactTime(last)}>
                {aclText.denied(allowed, minuteOf(last))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function secondsSince(time: string): number {
  return Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1_000))
}
