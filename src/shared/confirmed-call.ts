// The calls that ask who is there: what a confirmation of the identity provider can be for.

/** The names that `/admin/confirm?for=` takes. */
export const CONFIRMED_CALLS = ['create_key', 'show_token', 'rotate_key'] as const

/** One call, and the key that it is about. */
export type ConfirmedCall =
  | { readonly name: 'create_key'; readonly keyId: null }
  | { readonly name: 'show_token' | 'rotate_key'; readonly keyId: string }

export const CONFIRM_PATH = '/admin/confirm'

/** Where a browser asks for a confirmation of a call; null for any one call. */
export function confirmPath(call: ConfirmedCall | null): string {
  if (call === null) return CONFIRM_PATH
  const { name, keyId } = call
  const query = new URLSearchParams({ for: name, ...(keyId !== null && { key: keyId }) })
  return `${CONFIRM_PATH}?${query.toString()}`
}
