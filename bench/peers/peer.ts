// What the gateway is compared with, beside workers of our own: each peer against the same server or
// worker without its check.

import type { Target } from '../load.ts'

export interface Peer {
  readonly name: string
  /** What it leaves out of what the gateway does for a request. */
  readonly doesLess: string
  readonly target: Target
  readonly bare: Target
  readonly stop: () => Promise<void>
}

/** A peer that lets in whom it should not checks nothing, and is no peer. */
export async function mustRefuse(
  { url }: Target,
  headers: Readonly<Record<string, string>>,
  status: number,
): Promise<void> {
  const answer = await fetch(url, { headers })
  await answer.arrayBuffer()
  if (answer.status === status) return
  throw new Error(`${url} answered ${answer.status} where it must refuse with ${status}`)
}

/** The same key with its last character changed. */
export function forged(key: string): string {
  return key.slice(0, -1) + (key.endsWith('0') ? '1' : '0')
}
