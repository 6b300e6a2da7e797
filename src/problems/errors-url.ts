// Where the pages about errors are, which the `type` of each problem names (RFC 9457 §3.1.1).

/** Under the admin surface, which may have a host of its own. */
export const ERRORS_PATH = '/admin/errors/'

/**
 * What comes before the code. Absolute where the admin surface has a host of its own: on a host of the Portal
 * API the path alone would name something of the upstream. Elsewhere each host answers, so a relative reference
 * serves, and no origin has to be told from a request that may have been sent to any name.
 */
export function errorsUrl(adminHost: string | undefined): string {
  return adminHost === undefined ? ERRORS_PATH : `https://${adminHost}${ERRORS_PATH}`
}
