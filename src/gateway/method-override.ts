// Headers that replace the method of a request. Frameworks that honour such a header disagree on its name, and
// on whether a GET may carry it.

/**
 * Whether a header may name another method, such as `X-HTTP-Method-Override`, `X-HTTP-Method`,
 * `X-Method-Override` or `X-Original-Method`. Servers read `_` and other characters as `-`, so any name with
 * the word `method` counts.
 */
export function namesMethod(headers: Headers): boolean {
  let named = false
  // oxlint-disable-next-line unicorn/no-array-for-each -- faster than the runtime's iterator
  headers.forEach((_, name) => {
    named ||= name.includes('method')
  })
  return named
}
