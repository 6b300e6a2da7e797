// Gives access to the token of a key: from memory, or after asking for the password.

import { useCallback, useRef, useState } from 'preact/hooks'
import { announce, announceFailure } from '../controls/announce.tsx'
import type { Api, Failure, Proof } from '../api/api.ts'
import { copySoon } from '../browser/clipboard.ts'
import { nameOf } from '../messages/display-text.ts'
import * as doneText from '../messages/done.ts'
import * as passwordText from '../messages/password.ts'
import { IdentityPrompt } from '../confirm/identity-prompt.tsx'
import { failureText, isCode } from '../messages/problem-text.ts'
import { type Secret, useSecret } from './secret.ts'
import type { Key } from '../api/types.ts'

/** A request for the password. */
interface Asking {
  readonly key: Key
  readonly verb: 'reveal' | 'copy'
  /** Takes the token, which is still to come; a copy must begin within the click. */
  readonly onToken: (token: Promise<string>) => Promise<void>
  readonly onClose: () => void
}

interface TokenAccessDeps {
  readonly api: Api
  readonly email: string
  /** The key was deleted elsewhere. */
  readonly onGone: (id: string) => void
}

export function useTokenAccess({ api, email, onGone }: TokenAccessDeps) {
  const [asking, setAsking] = useState<Asking | null>(null)
  const holder = useSecret(({ isShown }) => isShown && announce(doneText.hidden))
  const askingRef = useRef(asking)
  askingRef.current = asking
  const secretRef = useRef<Secret | null>(null)
  secretRef.current = holder.secret

  const copy = useCallback(
    (key: Key, toText: (token: string) => string) =>
      new Promise<boolean>((resolve) => {
        const held = secretRef.current
        const copyIt = async (token: Promise<string>) => {
          const isCopied = await copySoon(token.then(toText))
          if (isCopied !== null) resolve(isCopied) // null: a wrong password, which is tried again
        }
        if (held?.keyId === key.id) return void copyIt(Promise.resolve(held.token))
        setAsking({ key, verb: 'copy', onToken: copyIt, onClose: () => resolve(false) })
      }),
    [],
  )

  const reveal = useCallback((key: Key) => {
    const show = (token: string) => {
      const isHeld = holder.hold({ keyId: key.id, token, isShown: true })
      announce(isHeld ? doneText.revealed : doneText.hidden)
    }
    const held = secretRef.current
    if (held?.keyId === key.id) return show(held.token)
    setAsking({
      key,
      verb: 'reveal',
      onToken: async (token) => show(await token),
      onClose: () => undefined,
    })
  }, [])

  const hide = useCallback(() => {
    holder.forget()
    announce(doneText.hidden)
  }, [])

  function close(asked: Asking) {
    setAsking(null)
    asked.onClose()
  }

  async function confirm(asked: Asking, proof: Proof): Promise<Failure | null> {
    const token = Promise.withResolvers<string>()
    const done = asked.onToken(token.promise).catch(() => undefined)
    const answer = await api.reveal(asked.key.id, proof)
    // The prompt was closed meanwhile, and another one may be open.
    const isWanted = askingRef.current === asked
    if (!answer.ok || !isWanted) {
      token.reject(new Error('no token'))
      return answer.ok || !isWanted ? null : answer.error
    }
    setAsking(null)
    token.resolve(answer.value.access_token)
    await done
    return null
  }

  const prompt = asking !== null && (
    <IdentityPrompt
      email={email}
      purpose={passwordText.purpose[asking.verb](nameOf(asking.key))}
      call={{ name: 'show_token', keyId: asking.key.id }}
      submitLabel={passwordText.submit[asking.verb]}
      onSubmit={(proof) => confirm(asking, proof)}
      needsClick={asking.verb === 'copy'}
      onFailure={(failure) => {
        close(asking)
        if (isCode(failure, 'not_found')) onGone(asking.key.id)
        announceFailure(failureText(failure))
      }}
      onClose={() => close(asking)}
    />
  )
  return { holder, copy, reveal, hide, prompt }
}
