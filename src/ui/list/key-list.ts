// The account's keys as the page shows them. Polls pending changes until they are enforced.

import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Answer, Api } from '../api/api.ts'
import type { Failure } from '../api/request.ts'
import { isCode } from '../messages/problem-text.ts'
import type { Enforcement, Key } from '../api/types.ts'

/** A key on the page. A deleted key stays until its deletion is enforced. */
export interface ListedKey extends Key {
  readonly isDeleting?: boolean
}

export interface KeyList {
  /** Undefined until the first read. */
  readonly keys: readonly ListedKey[] | undefined
  readonly failure: Failure | null
  readonly reload: () => Promise<void>
  readonly put: (key: ListedKey) => void
  readonly remove: (id: string) => void
}

const POLL_MS = 2_000
/** After this time, a tab that is seen again reads the list anew. */
const STALE_MS = 30_000

interface EnforcementCallbacks {
  readonly onEnforced: (key: Key) => void
  readonly onDeleted: (key: Key, enforcement: Enforcement | null) => void
}

/** `first`: the keys that were read already, if they were. They are taken from it. */
export function useKeyList(
  api: Api,
  first: { current: Answer<readonly Key[]> | null },
  { onEnforced, onDeleted }: EnforcementCallbacks,
): KeyList {
  const [keys, setKeys] = useState<readonly ListedKey[] | undefined>()
  const [failure, setFailure] = useState<Failure | null>(null)

  const show = useCallback((answer: Awaited<Answer<readonly Key[]>>) => {
    setFailure(answer.ok ? null : answer.error)
    if (!answer.ok) return
    // A key that is being deleted is no longer on the API's list, but stays on the page.
    setKeys((before = []) => [...before.filter(({ isDeleting }) => isDeleting), ...answer.value])
  }, [])

  const reload = useCallback(async () => show(await api.listKeys()), [api, show])

  /** Replaces a key in its place, or puts a new one on top. Its use is known from the list alone. */
  const put = useCallback((key: ListedKey) => {
    setKeys((before = []) =>
      before.some(({ id }) => id === key.id)
        ? before.map((old) => (old.id === key.id ? { ...old, ...key } : old))
        : [key, ...before],
    )
  }, [])

  const remove = useCallback((id: string) => {
    setKeys((before) => before?.filter((key) => key.id !== id))
  }, [])

  useEffect(() => {
    const reading = first.current ?? api.listKeys()
    first.current = null
    void reading.then((answer) => {
      // The session ended in between. Reading again asks for a log-in.
      const isLate = !answer.ok && answer.error.kind === 'logged_out'
      return isLate ? reload() : show(answer)
    })
  }, [reload])

  useEffect(() => {
    let readMs = Date.now()
    const reloadWhenBack = () => {
      readMs = Date.now()
      void reload()
    }
    const reloadWhenSeen = () => {
      const isOld = Date.now() - readMs > STALE_MS
      if (document.visibilityState === 'visible' && isOld) reloadWhenBack()
    }
    window.addEventListener('online', reloadWhenBack)
    document.addEventListener('visibilitychange', reloadWhenSeen)
    return () => {
      window.removeEventListener('online', reloadWhenBack)
      document.removeEventListener('visibilitychange', reloadWhenSeen)
    }
  }, [reload])

  const pending = keys?.filter(
    (key) => key.isDeleting === true || key.enforcement_state === 'pending',
  )
  useEffect(() => {
    if (pending === undefined || pending.length === 0) return undefined
    const timer = setTimeout(() => void Promise.all(pending.map(follow)), POLL_MS)
    return () => clearTimeout(timer)

    async function follow(key: ListedKey) {
      if (key.isDeleting === true) {
        const answer = await api.deleteKey(key.id, true) // may be repeated; it continues the first deletion
        if (!answer.ok && !isCode(answer.error, 'not_found')) return put({ ...key })
        remove(key.id)
        return onDeleted(key, answer.ok ? answer.value.enforcement : null)
      }
      const answer = await api.readKey(key.id)
      if (!answer.ok) return isCode(answer.error, 'not_found') ? remove(key.id) : put({ ...key })
      put(answer.value)
      if (answer.value.enforcement_state === 'done') onEnforced(answer.value)
    }
  }, [keys])

  return { keys, failure, reload, put, remove }
}
