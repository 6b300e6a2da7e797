// A CORS preflight carries no key by design (https://fetch.spec.whatwg.org/#cors-preflight-fetch). The upstream
// answers it, and gets only the headers that a preflight needs.

import type { Incoming } from './incoming.ts'

export function isPreflight({ method, headers }: Incoming): boolean {
  return (
    method === 'OPTIONS' && headers.has('origin') && headers.has('access-control-request-method')
  )
}

/** Copies the headers that a preflight needs. Credentials and cookies are left out. */
export function preflightHeaders(incoming: Headers): Headers {
  const headers = new Headers(incoming)
  for (const name of incoming.keys()) if (!mayPass(name)) headers.delete(name)
  return headers
}

function mayPass(name: string): boolean {
  return name === 'origin' || name === 'user-agent' || name.startsWith('access-control-request-')
}
