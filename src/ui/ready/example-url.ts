/**
 * A URL at which the Portal API answers: the page's own origin, with a path that is not the admin
 * surface's.
 */
export function exampleUrl(): string {
  return `${location.origin}/customer`
}
