// What the gateway is compared with, beside workers of our own: each peer against the same server or
// worker without its check.

import { join } from 'node:path'
import type { Target } from '../load.ts'
import { toVariant, type Variant } from '../rounds.ts'

/** An instance of a peer. */
export interface Peer {
  readonly name: string
  /** What it leaves out of what the gateway does for a request. */
  readonly doesLess: string
  readonly target: Target
  readonly bare: Target
  readonly stop: () => Promise<void>
}

/** A peer, with and without its check. */
export interface Compared {
  readonly name: string
  readonly doesLess: string
  readonly bare: Variant
  readonly checked: Variant
  readonly stop: () => Promise<void>
}

/** So many instances of a peer, each in a folder of its own in `dir`. */
export async function startPeer(
  dir: string,
  instances: number,
  start: (dir: string) => Promise<Peer>,
): Promise<Compared> {
  const first = await start(join(dir, '0'))
  const all = [first]
  while (all.length < instances) all.push(await start(join(dir, String(all.length))))
  const { name, doesLess } = first
  return {
    name,
    doesLess,
    bare: toVariant(
      `${name}: without`,
      all.map(({ bare }) => bare),
    ),
    checked: toVariant(
      name,
      all.map(({ target }) => target),
    ),
    async stop() {
      for (const { stop } of all) await stop()
    },
  }
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
