// Headers by which a request can stand for another method than its own. The frameworks that honour one
// disagree on its name, and on whether a GET may carry it.

/**
 * Whether a header may name another method: `X-HTTP-Method-Override`, `X-HTTP-Method`,
 * `X-Method-Override`, `X-Original-Method` and their like. Servers read `_` and other characters as `-`,
 * so the word decides, not the spelling around it.
 */
export function namesMethod(headers: Headers): boolean {
  let named = false
  // oxlint-disable-next-line unicorn/no-array-for-each -- cheaper than an iterator of the runtime
  headers.forEach((_, name) => {
    named ||= name.includes('method')
  })
  return named
}
