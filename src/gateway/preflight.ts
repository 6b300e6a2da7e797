// A CORS preflight carries no key by design (https://fetch.spec.whatwg.org/#cors-preflight-fetch):
// the upstream answers it, and sees only what a preflight needs.

import type { Incoming } from './incoming.ts'
import type { HeaderFields } from './passed-headers.ts'

export function isPreflight({ method, headers }: Incoming): boolean {
  return (
    method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
  )
}

/** The headers of a preflight that pass; a credential or cookie sent along does not. */
export function preflightHeaders(incoming: Headers): HeaderFields {
  const passed: HeaderFields = {}
  for (const [name, value] of incoming) {
    const passes =
      name === 'origin' || name === 'user-agent' || name.startsWith('access-control-request-')
    if (passes) passed[name] = value
  }
  return passed
}
