// Finds a member that an object of a JSON text gives twice. JSON.parse takes the last one; other parsers
// take the first (RFC 8259 §4), and a person reads either. A document that decides who gets access must
// say one thing.

/**
 * The first name that an object at any depth gives twice, by its decoded form; null where there is none.
 * The text must be JSON, as JSON.parse takes it. One pass, and no recursion.
 */
export function repeatedMember(json: string): string | null {
  /** The names so far in each object around the current place; null for an array. */
  const around: (Set<string> | null)[] = []
  let names: Set<string> | null = null
  let isBeforeName = false
  for (let at = 0; at < json.length; at++) {
    switch (json.charAt(at)) {
      case '{':
        names = new Set()
        around.push(names)
        isBeforeName = true
        break
      case '[':
        names = null
        around.push(names)
        break
      case '}':
      case ']':
        around.pop()
        names = around.at(-1) ?? null
        break
      case ',':
        isBeforeName = names !== null
        break
      case '"': {
        const end = endOfString(json, at)
        if (names !== null && isBeforeName) {
          const name = JSON.parse(json.slice(at, end + 1)) as string
          if (names.has(name)) return name
          names.add(name)
          isBeforeName = false
        }
        at = end
        break
      }
    }
  }
  return null
}

/** Where the string that starts at a quote has its closing one. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
