// Hosts the key authorities: the built worker's own class, and a way to lose its storage, which the
// product has not.

import { KeyAuthority as RealAuthority } from './bundle.js'

export { AccountKeys, PasswordHasher } from './bundle.js'

export class KeyAuthority extends RealAuthority {
  /** Empties the object as if its storage had been lost; it starts anew with the next call. */
  async lose(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.ctx.abort('its storage was lost')
  }
}

export default {
  fetch: () => new Response(null, { status: 404 }),
}
