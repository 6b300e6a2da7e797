// The panel that gives a key a new token: how long the old one works on, the password, and then the new token.

import { useRef, useState } from 'preact/hooks'
import { announce } from '../controls/announce.tsx'
import type { Api, Failure, Proof } from '../api/api.ts'
import { Dialog } from '../controls/dialog.tsx'
import { nameOf } from '../messages/display-text.ts'
import * as commonText from '../messages/common.ts'
import * as readyText from '../messages/ready.ts'
import * as text from '../messages/rotation.ts'
import { IdentityPrompt } from '../confirm/identity-prompt.tsx'
import { failureText } from '../messages/problem-text.ts'
import { ReadyKey } from '../ready/ready-key.tsx'
import { type Secret, withoutToken } from '../token/secret.ts'
import { untilText } from '../messages/times.ts'
import type { Key, Session } from '../api/types.ts'

interface RotatePanelProps {
  readonly api: Api
  readonly session: Session
  readonly apiKey: Key
  /** The token that the page holds. */
  readonly secret: Secret | null
  /** Takes the key with its new token in clear. */
  readonly onRotated: (key: Key) => void
  readonly onClose: () => void
}

const OVERLAPS = [0, 3_600, 86_400, 7 * 86_400, 30 * 86_400] as const
type Overlap = (typeof OVERLAPS)[number]

export function RotatePanel(props: RotatePanelProps) {
  const { api, session, apiKey, secret, onRotated, onClose } = props
  const [overlap, setOverlap] = useState<Overlap>(86_400)
  const [isAsking, setAsking] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [made, setMade] = useState<Key | null>(null)
  // One for the panel, so that a rotation whose answer was lost can be sent again.
  const idempotencyKey = useRef<string>(crypto.randomUUID())
  const [isLeaked] = useState(apiKey.leaked_at !== null)

  async function rotate(proof: Proof): Promise<Failure | null> {
    const seconds = isLeaked ? 0 : overlap
    const answer = await api.rotateKey(apiKey.id, seconds, proof, idempotencyKey.current)
    if (!answer.ok) return answer.error
    setAsking(false)
    setMade(withoutToken(answer.value))
    onRotated(answer.value)
    announce(readyText.title)
    return null
  }

  return (
    <>
      <Dialog
        title={made === null ? text.panelTitle : readyText.title}
        shape="panel"
        onDismiss={onClose}
      >
        {made === null ? (
          <form
            class="dialog-form"
            onSubmit={(event) => {
              event.preventDefault()
              setFailure(null)
              setAsking(true)
            }}
          >
            <div class="dialog-body stack">
              <div role="alert">
                {failure !== null && (
                  <div class="notice danger">
                    <p>{failureText(failure)}</p>
                  </div>
                )}
              </div>
              <p>{text.panelText(nameOf(apiKey))}</p>
              {isLeaked ? (
                <p class="notice warning">{text.panelLeaked}</p>
              ) : (
                <fieldset class="choice">
                  <legend>{text.overlap}</legend>
                  {OVERLAPS.map((seconds) => (
                    <label key={seconds}>
                      <input
                        type="radio"
                        name="overlap"
                        checked={overlap === seconds}
                        autofocus={overlap === seconds}
                        onChange={() => {
                          setOverlap(seconds)
                          idempotencyKey.current = crypto.randomUUID()
                        }}
                      />
                      <span>
                        <b>{text.overlaps[seconds]}</b>
                        {seconds === 0 && <span class="hint">{text.endsAtOnce}</span>}
                      </span>
                    </label>
                  ))}
                </fieldset>
              )}
            </div>
            <footer class="dialog-foot actions">
              <button type="button" class="button" onClick={onClose}>
                {commonText.cancel}
              </button>
              <button type="submit" class="button primary" autofocus={isLeaked}>
                {text.next}
              </button>
            </footer>
          </form>
        ) : (
          <ReadyKey
            apiKey={made}
            secret={secret?.keyId === made.id ? secret : null}
            note={
              made.rotation === null
                ? text.madeAlone
                : text.madeOverlap(untilText(made.rotation.ends_at))
            }
            documentation={session.documentation}
            onDone={onClose}
          />
        )}
      </Dialog>
      {isAsking && (
        <IdentityPrompt
          email={session.account.email}
          purpose={text.purpose(nameOf(apiKey))}
          call={{ name: 'rotate_key', keyId: apiKey.id }}
          submitLabel={text.confirm}
          isBinding
          onSubmit={rotate}
          onFailure={(failed) => {
            setAsking(false)
            setFailure(failed)
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}
