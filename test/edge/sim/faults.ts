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
  'slow',
  'late',
  'held',
] as const
export type AuthorityFault = (typeof AUTHORITY_FAULTS)[number]

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
