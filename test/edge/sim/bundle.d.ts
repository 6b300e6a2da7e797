// The built worker, as it lies beside the simulations in workerd.

import type { DurableObject } from 'cloudflare:workers'

export const KeyAuthority: typeof DurableObject<unknown>
declare const worker: ExportedHandler
export default worker
