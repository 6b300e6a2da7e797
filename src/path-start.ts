/** Where the path begins in the URL of a request, told without parsing it: behind the scheme and the host. */
export function pathStart(requestUrl: string): number {
  return requestUrl.indexOf('/', 'https://'.length)
}
