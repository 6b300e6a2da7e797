// The second step of a log-in: the code of a user who has a second factor.

import type { Api } from '../api/api.ts'
import { CodeForm } from '../security/code-form.tsx'
import * as logInText from '../messages/log-in.ts'
import * as securityText from '../messages/security.ts'
import type { Session } from '../api/types.ts'

interface LogInCodeProps {
  readonly api: Api
  /** What was right. */
  readonly address: string
  readonly password: string
  readonly onLoggedIn: (session: Session) => void
  readonly onBack: () => void
}

export function LogInCode({ api, address, password, onLoggedIn, onBack }: LogInCodeProps) {
  return (
    <CodeForm
      asks="code"
      takesRecoveryCode
      email={address}
      submitLabel={logInText.submit}
      cancelLabel={securityText.back}
      onCancel={onBack}
      onSubmit={async ({ code }) => {
        const answer = await api.logIn(address, password, code)
        if (!answer.ok) return answer.error
        onLoggedIn(answer.value)
        return null
      }}
    >
      <p>{securityText.logInTitle}</p>
    </CodeForm>
  )
}
