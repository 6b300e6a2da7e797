// Keeps an access token in the page's memory, for at most 60 seconds and only while the tab is visible.

import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Key } from '../api/types.ts'

export interface Secret {
  readonly keyId: string
  readonly token: string
  /** Whether the page shows it, or only keeps it for the copy button. */
  readonly isShown: boolean
  /** When the page forgets it. */
  readonly untilMs: number
}

export interface SecretHolder {
  readonly secret: Secret | null
  /** Keeps a token; false if the tab is hidden, and then nothing is kept. */
  readonly hold: (secret: Omit<Secret, 'untilMs'>) => boolean
  readonly forget: () => void
}

const SECRET_MS = 60_000

export function useSecret(onForget: (secret: Secret) => void): SecretHolder {
  const [secret, setSecret] = useState<Secret | null>(null)
  const forget = useCallback(() => setSecret(null), [])
  const hold = useCallback((next: Omit<Secret, 'untilMs'>) => {
    const isSeen = document.visibilityState !== 'hidden'
    const untilMs = Date.now() + SECRET_MS
    // A token that is held already is not held for longer because it is shown.
    if (isSeen)
      setSecret((held) => ({
        ...next,
        untilMs: held?.token === next.token ? held.untilMs : untilMs,
      }))
    return isSeen
  }, [])

  useEffect(() => {
    if (secret === null) return undefined
    const forgetIt = () => {
      setSecret(null)
      onForget(secret)
    }
    const forgetWhenHidden = () => {
      if (document.visibilityState === 'hidden') forgetIt()
    }
    const timer = setTimeout(forgetIt, secret.untilMs - Date.now())
    document.addEventListener('visibilitychange', forgetWhenHidden)
    // Before the page enters the back-forward cache or is unloaded.
    window.addEventListener('pagehide', forgetIt)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', forgetWhenHidden)
      window.removeEventListener('pagehide', forgetIt)
    }
  }, [secret])

  return { secret, hold, forget }
}

/** A new key without its token, for the list. Only the secret holder keeps the token. */
export function withoutToken(key: Key): Key {
  return { ...key, access_token: '********' }
}
