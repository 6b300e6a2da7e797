// The identity provider did not answer, or answered something that cannot be used.

import type { FaultReason } from '../log/fault-reason.ts'

export class IdentityProviderError extends Error {
  override readonly name = 'IdentityProviderError'
  readonly reason: FaultReason

  constructor(reason: FaultReason, options?: ErrorOptions) {
    super('The identity provider did not give a usable answer', options)
    this.reason = reason
  }
}
