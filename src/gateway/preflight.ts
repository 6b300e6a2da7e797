// A CORS preflight carries no key by design (https://fetch.spec.whatwg.org/#cors-preflight-fetch):
// the upstream answers it, and sees only what a preflight needs.

import type { Incoming } from './incoming.ts'

export function isPreflight({ method, headers }: Incoming): boolean {
  return (
    method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
  )
}

/** A copy of the headers of a preflight that pass; a credential or cookie sent along does not. */
export function preflightHeaders(incoming: Headers): Headers {
  const headers = new Headers(incoming)
  for (const name of incoming.keys()) if (!passes(name)) headers.delete(name)
  return headers
}

function passes(name: string): boolean {
  return name === 'origin' || name === 'user-agent' || name.startsWith('access-control-request-')
}
