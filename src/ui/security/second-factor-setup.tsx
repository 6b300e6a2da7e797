// Setting up a second factor: the password, then the secret for the app, then a code that shows that the app has it.

import { useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import { copyText } from '../browser/clipboard.ts'
import { CodeForm } from './code-form.tsx'
import { CopyButton } from '../controls/copy-button.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/security.ts'
import { QrCode } from './qr-code.tsx'
import type { Enrolment } from '../api/types.ts'

interface SecondFactorSetupProps {
  readonly api: Api
  readonly email: string
  readonly onDone: (recoveryCodes: readonly string[]) => void
  readonly onCancel?: (() => void) | undefined
}

export function SecondFactorSetup({ api, email, onDone, onCancel }: SecondFactorSetupProps) {
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null)
  const cancel = { cancelLabel: commonText.cancel, onCancel }

  return (
    <section class="card part">
      <h2>{text.setUp}</h2>
      {enrolment === null ? (
        <CodeForm
          key="password"
          asks="password"
          submitLabel={text.begin}
          onSubmit={async ({ password }) => {
            const answer = await api.startSecondFactor(password)
            if (!answer.ok) return answer.error
            setEnrolment(answer.value)
            return null
          }}
          {...{ email, ...cancel }}
        />
      ) : (
        <CodeForm
          key="code"
          asks="code"
          submitLabel={text.confirm}
          onSubmit={async ({ code }) => {
            const answer = await api.confirmSecondFactor(code)
            if (!answer.ok) return answer.error
            onDone(answer.value.recovery_codes)
            return null
          }}
          {...{ email, ...cancel }}
        >
          <p>{text.scan}</p>
          <QrCode rows={enrolment.qr_code} label={text.picture} />
          <p class="secret-by-hand">
            {text.byHand} <code>{enrolment.secret}</code>{' '}
            <CopyButton label={text.copySecret} onCopy={() => copyText(enrolment.secret)} />
          </p>
        </CodeForm>
      )}
    </section>
  )
}
