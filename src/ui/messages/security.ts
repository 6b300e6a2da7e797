// The sentences of the second factor, which are loaded with its views.

export const title = 'Security'
export const intro =
  'With a second factor, your password alone is not enough: each log-in also needs a code from an app on your phone.'
export const due = 'Set up a second factor to continue: everybody who logs in here needs one.'
export const off = 'You have no second factor.'
export const on = (since: string) => `You have had a second factor since ${since}.`
export const required =
  'Everybody who logs in here needs one, so removing it asks you to set it up again.'
export const codesLeft = (count: number) =>
  count === 1 ? 'One recovery code is left.' : `${count} recovery codes are left.`
export const tasks = { renew: 'Make new recovery codes', remove: 'Remove the second factor' }
export const setUp = 'Set up a second factor'
export const renewText = 'The former recovery codes stop working.'
export const removeText = 'Your password alone is enough to log in then.'
export const removed = 'The second factor was removed.'
export const password = 'Account password'
export const begin = 'Continue'
export const scan = 'Scan this with an authenticator app or your password manager.'
export const picture = 'QR code with the secret for the app'
export const byHand = 'Or enter this secret by hand:'
export const copySecret = 'Copy the secret'
export const code = 'Code from the app'
export const recoveryCode = 'Recovery code'
export const useRecoveryCode = 'Use a recovery code'
export const useApp = 'Use the app'
export const codeRequired = 'Enter the code.'
export const bothRequired = 'Fill in your password and the code.'
export const confirm = 'Confirm'
export const busy = 'Checking…'
export const codesTitle = 'Recovery codes'
export const codesText =
  'Keep these in a safe place. Each logs you in once if your phone is not at hand. They are not shown again.'
export const copyCodes = 'Copy the codes'
export const download = 'Download'
export const fileName = 'commpeak-recovery-codes.txt'
export const done = 'I have saved them'
export const otherSessions = 'Your other sessions have ended.'
export const expired = 'This took more than 15 minutes. Begin again.'
export const logInTitle = 'Enter the code from your app'
export const back = 'Back'
