// What is turned on of that which the text of the bundle was given, see patch-bundle.ts. The patched text reads it
// from the global object.

const GLOBAL = globalThis as { turnedOn?: ReadonlySet<string> }

GLOBAL.turnedOn = new Set()

export function turnOnly(names: readonly string[]): void {
  GLOBAL.turnedOn = new Set(names)
}
