// A CORS preflight carries no key by design (https://fetch.spec.whatwg.org/#cors-preflight-fetch):
// the upstream answers it, and sees only what a preflight needs.

import type { HeaderFields } from './passed-headers.ts'

export function isPreflight(request: Request): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.headers.has('origin') &&
    request.headers.has('access-control-request-method')
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
