/** A request to the Portal API for a POSIX shell. `url` and `token` are escaped. */
export function curlLine(url: string, token: string): string {
  return `curl -H ${quoteForShell(`Authorization: Token ${token}`)} ${shellWord(url)}`
}

/** Text that a POSIX shell needs no quotes for. */
const SHELL_SAFE = /^[\w@%+=:,./-]+$/

export function shellWord(text: string): string {
  return SHELL_SAFE.test(text) ? text : quoteForShell(text)
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
