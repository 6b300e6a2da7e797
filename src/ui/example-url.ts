/** Where the Portal API answers: the page's own origin, by any path that is not the page's. */
export function exampleUrl(): string {
  return `${location.origin}/customer`
}
