// An access token in the page's memory: for 60 seconds at most, and never while nobody looks.

import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Key } from './types.ts'

export interface Secret {
  readonly keyId: string
  readonly token: string
  /** Whether it stands on the page, or is only held for the copy button. */
  readonly isShown: boolean
}

interface SecretHolder {
  readonly secret: Secret | null
  /** False, and nothing is held, where the tab was left before the token came. */
  readonly hold: (secret: Secret) => boolean
  readonly forget: () => void
}

const SECRET_MS = 60_000

export function useSecret(onForget: (secret: Secret) => void): SecretHolder {
  const [secret, setSecret] = useState<Secret | null>(null)
  const forget = useCallback(() => setSecret(null), [])
  const hold = useCallback((next: Secret) => {
    const isSeen = document.visibilityState !== 'hidden'
    if (isSeen) setSecret(next)
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
    const timer = setTimeout(forgetIt, SECRET_MS)
    document.addEventListener('visibilitychange', forgetWhenHidden)
    // Before the page goes into the back-forward cache, or away.
    window.addEventListener('pagehide', forgetIt)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', forgetWhenHidden)
      window.removeEventListener('pagehide', forgetIt)
    }
  }, [secret])

  return { secret, hold, forget }
}

/** A new key as the list shows any other: its token is held here alone. */
export function withoutToken(key: Key): Key {
  return { ...key, access_token: '********' }
}
