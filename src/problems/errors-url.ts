// The address of the pages about errors. The `type` of each problem links to one (RFC 9457 §3.1.1).

/** A path of the admin surface, which may have a host of its own. */
export const ERRORS_PATH = '/admin/errors/'

/**
 * The URL before the code. It is absolute if the admin surface has a host of its own, because on other
 * hosts the path belongs to the upstream. Otherwise every host answers the path, so it is relative. Then no
 * origin has to be taken from the request, whose Host header the client chooses.
 */
export function errorsUrl(adminHost: string | undefined): string {
  return adminHost === undefined ? ERRORS_PATH : `https://${adminHost}${ERRORS_PATH}`
}
