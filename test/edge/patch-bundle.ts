/** Replaces the one place of a built worker that reads so; throws where there is none, or more. */
export function patchOnce(bundle: string, place: string, replacement: string): string {
  const parts = bundle.split(place)
  if (parts.length !== 2) {
    throw new Error(
      `The built worker has ${parts.length - 1} places that read "${place}", not one: adapt this patch`,
    )
  }
  return parts.join(replacement)
}
