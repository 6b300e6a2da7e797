// Changes of the built worker's text. A change can be turned on and off while the worker runs.

/** Replaces the one place of a built worker that reads so; throws where there is none, or more. */
export function patchOnce(bundle: string, place: RegExp, replacement: string): string {
  const found = [...bundle.matchAll(new RegExp(place, 'g'))].length
  if (found !== 1) {
    throw new Error(`The built worker has ${found} places like ${place}, not one: adapt this patch`)
  }
  return bundle.replace(place, replacement)
}

/** An expression of a patch that says whether it is turned on. */
export function isOn(name: string): string {
  return `globalThis.turnedOn.has(${JSON.stringify(name)})`
}
