// What of the upstream's answer goes to the client: all but what is hop-by-hop, and the cookie of the API
// Keys page, which lives on the same host. An upstream that could set it could log a customer in as somebody else.

import { setsAdminCookie } from './admin-cookie.ts'
import { namedByConnection } from './passed-headers.ts'

/** Those that the runtime leaves in: RFC 9110 §11.7, and a name that old software uses. */
const HOP_BY_HOP = [
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
]

/** A response with headers that can be changed. */
export function passedAnswer(answer: Response): Response {
  const passed = new Response(answer.body, answer)
  const { headers } = passed
  for (const name of namedByConnection(headers)) headers.delete(name)
  for (const name of HOP_BY_HOP) headers.delete(name)
  if (headers.has('set-cookie')) dropAdminCookie(headers)
  return passed
}

/** The other cookies stay as they are, each in a line of its own (RFC 6265 §3). */
function dropAdminCookie(headers: Headers): void {
  const cookies = headers.getSetCookie()
  const others = cookies.filter((cookie) => !setsAdminCookie(cookie))
  if (others.length === cookies.length) return
  headers.delete('set-cookie')
  for (const cookie of others) headers.append('set-cookie', cookie)
}
