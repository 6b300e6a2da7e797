// Says why buttons are turned off. They point to it by its id.

export const READ_ONLY = 'read-only'

export function ReadOnlyNotice({ whyNot }: { readonly whyNot: string | null }) {
  if (whyNot === null) return null
  return (
    <p class="notice warning" id={READ_ONLY}>
      {whyNot}
    </p>
  )
}
