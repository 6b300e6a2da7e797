// The panel that the URL opens.

import { useEffect, useRef } from 'preact/hooks'
import { announceFailure } from '../controls/announce.tsx'
import { problems } from '../messages/problems.ts'
import { addedNetworks, PATHS, replace, type Route } from '../browser/route.ts'
import type { Key } from '../api/types.ts'

export interface OpenPanel {
  /** The key as it was when the panel opened; undefined for a new one. */
  readonly edited: Key | undefined
  /** Networks to put on the IP ACL in the form. */
  readonly added: readonly string[]
}

/** The panel of the URL. What is typed in it outlives a list that is read again. */
export function usePanel(
  { panel, keyId }: Route,
  keys: readonly Key[] | undefined,
  mayChange: boolean,
): OpenPanel | null {
  const open = useRef<(OpenPanel & { readonly of: string }) | null>(null)
  const of = panel === null || panel === 'rotate' ? null : `${panel} ${keyId}`
  if (open.current?.of !== of) open.current = null
  const edited = keys?.find(({ id }) => id === keyId)
  const isReady = mayChange && (panel === 'new' || edited !== undefined)
  if (of !== null && open.current === null && isReady) {
    open.current = { of, edited: panel === 'new' ? undefined : edited, added: addedNetworks() }
  }
  const isLost = of !== null && open.current === null && keys !== undefined
  useEffect(() => {
    if (!isLost) return
    if (mayChange) announceFailure(problems.not_found)
    replace(PATHS.keys)
  }, [isLost])
  return open.current
}
