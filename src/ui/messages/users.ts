// The sentences about the users of the account.

export const intro = {
  password:
    'Who may log in to this account. CommPeak adds and changes users: contact CommPeak to invite somebody or to change a role.',
  identity_provider:
    'Who may log in to this account. Users come from your identity provider: whoever manages it invites people and changes roles.',
}
export const current = 'You'
export const disabled = 'Disabled'
export const secondFactor = 'Second factor'
export const noSecondFactor = 'No second factor'
export const never = 'Has not logged in yet'
export const lastLogIn = (at: string) => `Last logged in ${at}`
export const rights = {
  owner: 'can manage keys and see the users',
  manager: 'can manage keys',
  viewer: 'can look at keys',
}
