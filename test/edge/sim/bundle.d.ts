// The built worker, as it lies beside the simulations in workerd.

import type { DurableObject } from 'cloudflare:workers'

export const AccountKeys: typeof DurableObject<unknown>
export const KeyAuthority: typeof DurableObject<unknown>
export const PasswordHasher: typeof DurableObject<unknown>
declare const worker: {
  readonly fetch: (request: Request, env: object, ctx: ExecutionContext) => Promise<Response>
  readonly scheduled: (controller: ScheduledController, env: object) => Promise<void>
}
export default worker
