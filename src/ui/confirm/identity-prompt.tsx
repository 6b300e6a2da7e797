// Asks who is there before a key is created or a token is shown: by the password, or by the identity provider.

import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { PasswordPrompt, type PromptProps } from './password-prompt.tsx'
import { ProviderPrompt } from './provider-dialogs.ts'
import type { Session } from '../api/types.ts'

/** How the session's user says who is there. */
export const ConfirmBy = createContext<Session['confirm_by']>('password')

export function IdentityPrompt(props: PromptProps) {
  const confirmBy = useContext(ConfirmBy)
  return confirmBy === 'password' ? <PasswordPrompt {...props} /> : <ProviderPrompt {...props} />
}
