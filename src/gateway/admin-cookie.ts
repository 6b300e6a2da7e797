// Keeps the cookies of the API Keys page, under both of their names, away from the upstream: that of the session,
// and those of a log-in or a confirmation under way. Otherwise the upstream could read or set them. Names are
// compared with case, as browsers and servers do.

const NAME = '(?:__Host-)?portal_(?:session|log_in|confirm)'

/**
 * A cookie's pair in a Cookie header. Pairs are separated by `;`, or by the `, ` with which the runtime
 * joins repeated headers.
 */
const SENT = new RegExp(`(?:^|;|, )\\s*${NAME}\\s*=(?:(?!, )[^;])*`, 'g')

/** Also matches a cookie without a name, since a browser sends its value back as is (RFC 6265bis §5.6). */
const SET = new RegExp(`^[ \\t]*(?:=[ \\t]*)?${NAME}[ \\t]*=`)

/** The value of a Cookie header without the admin cookies, or null if nothing is left. */
export function withoutAdminCookie(cookies: string): string | null {
  const rest = cookies.replaceAll(SENT, '').replace(/^[;,\s]+/, '')
  return rest === '' ? null : rest
}

/** Whether a Set-Cookie header sets an admin cookie. */
export function setsAdminCookie(setCookie: string): boolean {
  return SET.test(setCookie)
}
