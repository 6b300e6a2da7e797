// What the panel asks for: the password, or whether to discard the input.

import type { Failure, Proof } from '../api/api.ts'
import { ConfirmDialog } from '../controls/confirm-dialog.tsx'
import * as text from '../messages/panel.ts'
import * as passwordText from '../messages/password.ts'
import { IdentityPrompt } from '../confirm/identity-prompt.tsx'

export type Asked = 'password' | 'discard' | null

interface PanelPromptsProps {
  readonly asked: Asked
  readonly email: string
  /** The name of the new key. */
  readonly name: string
  readonly onCreate: (proof: Proof) => Promise<Failure | null>
  readonly onFailure: (failure: Failure) => void
  readonly onDiscard: () => void
  readonly onClose: () => void
}

export function PanelPrompts(props: PanelPromptsProps) {
  const { asked, email, name, onCreate, onFailure, onDiscard, onClose } = props
  if (asked === 'password') {
    return (
      <IdentityPrompt
        email={email}
        purpose={passwordText.purpose.create(name)}
        call={{ name: 'create_key', keyId: null }}
        submitLabel={passwordText.submit.create}
        isBinding
        onSubmit={onCreate}
        onFailure={onFailure}
        onClose={onClose}
      />
    )
  }
  if (asked === null) return null
  return (
    <ConfirmDialog
      title={text.discardTitle}
      confirm={text.discard}
      cancel={text.keep}
      onConfirm={onDiscard}
      onCancel={onClose}
    >
      <p>{text.discardText}</p>
    </ConfirmDialog>
  )
}
