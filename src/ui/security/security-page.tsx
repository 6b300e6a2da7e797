// The user's own second factor: whether there is one, setting it up, its recovery codes, and its end.

import { useCallback, useEffect, useState } from 'preact/hooks'
import { announceSuccess } from '../controls/announce.tsx'
import type { Api, Failure } from '../api/api.ts'
import { CodeForm } from './code-form.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/security.ts'
import { PageHead } from '../controls/page-head.tsx'
import { RetryNotice } from '../controls/retry-notice.tsx'
import { failureText } from '../messages/problem-text.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { SecondFactorSetup } from './second-factor-setup.tsx'
import { dayOf } from '../messages/times.ts'
import type { SecondFactor } from '../api/types.ts'

interface SecurityPageProps {
  readonly api: Api
  readonly email: string
  /** Called when the second factor was set up, and its recovery codes were kept. */
  readonly onSetUp: () => void
}

type Task = 'set_up' | 'renew' | 'remove' | null

export function SecurityPage({ api, email, onSetUp }: SecurityPageProps) {
  const [factor, setFactor] = useState<SecondFactor | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [task, setTask] = useState<Task>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)

  const read = useCallback(async () => {
    const answer = await api.readSecondFactor()
    setFailure(answer.ok ? null : answer.error)
    if (answer.ok) setFactor(answer.value)
  }, [api])
  useEffect(() => void read(), [read])

  /** Ends a task; the button that began it is drawn anew, so the heading has the focus. */
  function end() {
    setTask(null)
    document.querySelector('h1')?.focus()
    void read()
  }

  return (
    <main id="main" class="security">
      <PageHead title={text.title} intro={factor?.due === true ? text.due : text.intro} />
      {failure !== null && (
        <RetryNotice onRetry={read}>{failureText(failure, 'reading')}</RetryNotice>
      )}
      {codes !== null ? (
        <RecoveryCodes
          codes={codes}
          onDone={() => {
            setCodes(null)
            end()
            onSetUp()
          }}
        />
      ) : factor === null ? (
        failure === null && <p class="loading">{commonText.loading}</p>
      ) : task === 'set_up' || factor.due ? (
        <SecondFactorSetup
          onDone={(made) => {
            setCodes(made)
            announceSuccess(text.otherSessions)
          }}
          onCancel={factor.due ? undefined : end}
          {...{ api, email }}
        />
      ) : task === null ? (
        <FactorState factor={factor} onTask={setTask} />
      ) : (
        <section class="card part">
          <h2>{text.tasks[task]}</h2>
          <p>{task === 'renew' ? text.renewText : text.removeText}</p>
          <CodeForm
            asks="both"
            takesRecoveryCode
            submitLabel={text.tasks[task]}
            cancelLabel={commonText.cancel}
            onCancel={end}
            onSubmit={async ({ password, code }) => {
              if (task === 'renew') {
                const answer = await api.renewRecoveryCodes(password, code)
                if (!answer.ok) return answer.error
                setCodes(answer.value.recovery_codes)
                return null
              }
              const answer = await api.removeSecondFactor(password, code)
              if (!answer.ok) return answer.error
              announceSuccess(text.removed)
              end()
              onSetUp()
              return null
            }}
            {...{ email }}
          />
        </section>
      )}
    </main>
  )
}

interface FactorStateProps {
  readonly factor: SecondFactor
  readonly onTask: (task: Task) => void
}

function FactorState({ factor, onTask }: FactorStateProps) {
  const { enabled_at: since, recovery_codes_left: left, required } = factor
  if (since === null) {
    return (
      <section class="card part">
        <p>{text.off}</p>
        <div class="actions">
          <button type="button" class="button primary" onClick={() => onTask('set_up')}>
            {text.setUp}
          </button>
        </div>
      </section>
    )
  }
  return (
    <section class="card part">
      <p>{text.on(dayOf(since))}</p>
      <p>{text.codesLeft(left)}</p>
      {required && <p class="hint">{text.required}</p>}
      <div class="actions">
        <button type="button" class="button" onClick={() => onTask('renew')}>
          {text.tasks.renew}
        </button>
        <button type="button" class="button" onClick={() => onTask('remove')}>
          {text.tasks.remove}
        </button>
      </div>
    </section>
  )
}
