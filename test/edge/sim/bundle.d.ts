// The built worker, as it lies beside the simulations in workerd.

export const AccountKeys: unknown
export const KeyAuthority: unknown
export const LocationMetrics: unknown
export const ShadowCounts: unknown
export const PasswordHasher: unknown
/** The simulation's own addition: the next request finds an isolate that was just started. */
export const forgetApp: () => void
declare const worker: {
  readonly fetch: (request: Request, env: object, ctx: ExecutionContext) => Promise<Response>
  readonly scheduled: (controller: ScheduledController, env: object) => Promise<void>
}
export default worker
