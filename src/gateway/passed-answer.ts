// Passes the upstream's answer to the client without hop-by-hop headers and without the cookie of the API Keys
// page, which is on the same host. An upstream that could set it could log a customer in as somebody else.

import { setsAdminCookie } from './admin-cookie.ts'
import { listConnectionHeaders } from './passed-headers.ts'

/** The hop-by-hop headers that the runtime does not remove: RFC 9110 §11.7, and `proxy-connection`. */
const HOP_BY_HOP = [
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
]

/** Makes a response with mutable headers. */
export function stripAnswer(answer: Response): Response {
  const passed = new Response(answer.body, answer)
  const { headers } = passed
  for (const name of listConnectionHeaders(headers)) headers.delete(name)
  for (const name of HOP_BY_HOP) headers.delete(name)
  if (headers.has('set-cookie')) dropAdminCookie(headers)
  return passed
}

/** Keeps the other cookies, each in a header line of its own (RFC 6265 §3). */
function dropAdminCookie(headers: Headers): void {
  const cookies = headers.getSetCookie()
  const others = cookies.filter((cookie) => !setsAdminCookie(cookie))
  if (others.length === cookies.length) return
  headers.delete('set-cookie')
  for (const cookie of others) headers.append('set-cookie', cookie)
}
