/** The last page of that window. */
export const CONFIRMED_PATH = '/admin/confirmed'

/** Opens a way to the identity provider in a window of its own. False if the browser blocks it. */
export function openProviderWindow(path: string): boolean {
  return window.open(path, 'portal-gateway-identity', 'popup,width=520,height=720') !== null
}
