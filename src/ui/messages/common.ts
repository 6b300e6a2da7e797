// What more than one part of the page says. Each part has its own sentences in a file beside this one. They are
// constants, so that each is loaded with the code that says it.

export const product = 'CommPeak'
export const billing = 'Billing'
export const apiKeys = 'API Keys'
export const mainMenu = 'Main menu'
export const skip = 'Skip to the content'
export const loading = 'Loading…'
export const copied = 'Copied to the clipboard.'
export const copyFailed =
  'Your browser did not let the page copy. Show the token and copy it by hand.'
export const copy = 'Copy'

export const platforms = {
  web: 'Web',
  mobile: 'Mobile',
  desktop: 'Desktop',
  server: 'Server',
  other: 'Other',
}

export const roles = { owner: 'Owner', manager: 'Manager', viewer: 'Viewer' }
export const cancel = 'Cancel'
export const activity = 'Activity'
export const keyId = 'Key ID'
export const tokenPlaceholder = 'YOUR_ACCESS_TOKEN'
