// What a refusal is made of, whoever writes it: the status, the headers and the length of the body that
// the contract asks for, and at STEP 2 a line in the log. Nothing is looked at.

import { KEY_ID } from '../../harness/key-ids.ts'

const REQUEST_ID = '00000000-0000-4000-8000-000000000000'
const BODY = JSON.stringify({
  code: 'key_invalid',
  detail: 'x'.repeat(270),
  request_id: REQUEST_ID,
})
const HEADERS = {
  'Content-Type': 'application/problem+json',
  'Content-Length': String(BODY.length),
  'Cache-Control': 'no-store',
  'X-Request-Id': REQUEST_ID,
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, WWW-Authenticate',
  'WWW-Authenticate': 'Bearer realm="Portal API", error="invalid_token", Token realm="Portal API"',
}

export default {
  fetch(_request: Request, { STEP }: { readonly STEP: string }): Response {
    if (STEP === '2') console.log(JSON.stringify({ plane: 'portal', status: 401, key_id: KEY_ID }))
    return new Response(BODY, { status: 401, headers: HEADERS })
  },
}
