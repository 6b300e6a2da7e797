// Finds a member that an object of a JSON text has twice. JSON.parse takes the last value; other parsers
// take the first (RFC 8259 §4), and a person may read either. A document that decides about access must not
// be ambiguous.

/**
 * The first name that an object at any depth has twice, compared in decoded form; null if there is none.
 * The text must be valid JSON. One pass, no recursion.
 */
export function findRepeatedMember(json: string): string | null {
  /** The names so far in each enclosing object; null for an array. */
  const enclosing: (Set<string> | null)[] = []
  let names: Set<string> | null = null
  let isBeforeName = false
  for (let at = 0; at < json.length; at++) {
    switch (json.charAt(at)) {
      case '{':
        names = new Set()
        enclosing.push(names)
        isBeforeName = true
        break
      case '[':
        names = null
        enclosing.push(names)
        break
      case '}':
      case ']':
        enclosing.pop()
        names = enclosing.at(-1) ?? null
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

/** The index of the closing quote of the string that starts at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
