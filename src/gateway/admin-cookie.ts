// The session cookie of the API Keys page, under both of its names: on its way to the upstream it would be
// given away, and from there it would be forged. Names are compared as browsers and servers compare them, with case.

const NAME = '(?:__Host-)?portal_session'

/**
 * A pair of a Cookie header: from the beginning, a `;`, or the `, ` by which the runtime joins repeated
 * headers, to the next of these.
 */
const SENT = new RegExp(`(?:^|;|, )\\s*${NAME}\\s*=(?:(?!, )[^;])*`, 'g')

/** A cookie without a name, whose value a browser sends back as it is, counts too (RFC 6265bis §5.6). */
const SET = new RegExp(`^[ \\t]*(?:=[ \\t]*)?${NAME}[ \\t]*=`)

/** The value of a Cookie header without the admin cookie; null where nothing is left. */
export function withoutAdminCookie(cookies: string): string | null {
  const rest = cookies.replaceAll(SENT, '').replace(/^[;,\s]+/, '')
  return rest === '' ? null : rest
}

/** Whether a Set-Cookie header is of the admin cookie. */
export function setsAdminCookie(setCookie: string): boolean {
  return SET.test(setCookie)
}
