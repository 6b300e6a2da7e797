// The real authorities of a rig, asked directly.

import type { LocalWorker } from '../../harness/worker.ts'
import {
  type AuthorityNamespace,
  createKeyAuthorities,
  type KeyAuthorities,
} from '../../src/stores/key-authority/key-authority.ts'

export interface RealAuthorities {
  readonly namespace: AuthorityNamespace
  /** As the admin API asks them. `advance` resolves when the change has settled. */
  readonly authorities: KeyAuthorities
}

export async function keyAuthoritiesOf({ miniflare }: LocalWorker): Promise<RealAuthorities> {
  const objects = await miniflare.getDurableObjectNamespace('KEY_AUTHORITY')
  const namespace = objects as unknown as AuthorityNamespace
  const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const deps = { timeoutMs: 5_000, wait, nowMs: () => Date.now() }
  const authorities = createKeyAuthorities(namespace, deps)
  async function advance(...change: Parameters<KeyAuthorities['advance']>) {
    const brought = await authorities.advance(...change)
    await brought.settled
    return brought
  }
  return { namespace, authorities: { ...authorities, advance } }
}
