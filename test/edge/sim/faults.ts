// What can go wrong between a location and a store, and how the platform shows it.

export const KV_FAULTS = [
  'none',
  'throws',
  'hangs',
  'slow',
  'late', // carried out after the caller has given up
  'held', // carried out when the world is healed
] as const
export type KvFault = (typeof KV_FAULTS)[number]

export const AUTHORITY_FAULTS = [
  'none',
  'unreachable',
  'overloaded',
  'reset', // after the call was carried out
  'mute', // carried out, never answered
  'forgetful', // every second call is carried out and never answered
  'slow',
  'late',
  'held',
  'answers slowly', // carried out at once; the answer comes when most of a lease is over
  'answers late', // carried out at once; the answer comes when a change may have been answered
  'slow reports', // the body of a question comes slowly, after its head
] as const
export type AuthorityFault = (typeof AUTHORITY_FAULTS)[number]

/** The calls of an authority that a fault can be about. */
export const AUTHORITY_CALLS = ['all', 'questions', 'changes', 'seeds'] as const
export type AuthorityCalls = (typeof AUTHORITY_CALLS)[number]

export const LIBSQL_FAULTS = ['none', 'slow', 'closed', 'hanging'] as const
export type LibsqlFault = (typeof LIBSQL_FAULTS)[number]

/** On the real clock: a pause within every limit of the locations, and one beyond. */
export const SLOW_MS = 15
export const LATE_MS = 260

export function connectionLost(): Error {
  return Object.assign(new Error('Network connection lost.'), { retryable: true })
}

export function overloaded(): Error {
  const text = 'Durable Object is overloaded. Requests queued for too long.'
  return Object.assign(new Error(text), { overloaded: true })
}

export function reset(): Error {
  const text = 'Durable Object reset because its code was updated.'
  return Object.assign(new Error(text), { durableObjectReset: true, retryable: true })
}
