// The sentences of the second factor.

export const securityMessages = {
  security: {
    title: 'Security',
    intro:
      'A second factor keeps out who knows your password: each log-in then needs a code of an app on your phone too.',
    due: 'Set up a second factor to go on: everybody who logs in here needs one.',
    off: 'You have no second factor.',
    on: (since: string) => `You have had a second factor since ${since}.`,
    required: 'Everybody who logs in here needs one, so removing it asks you to set it up again.',
    codesLeft: (count: number) =>
      count === 1 ? 'One recovery code is left.' : `${count} recovery codes are left.`,
    setUp: 'Set up a second factor',
    renew: 'Make new recovery codes',
    renewText: 'The former recovery codes stop working.',
    remove: 'Remove the second factor',
    removeText: 'Your password alone is enough to log in then.',
    removed: 'The second factor was removed.',
    password: 'Account password',
    begin: 'Go on',
    scan: 'Scan this with an app that makes codes, such as the one of your password manager.',
    picture: 'QR code with the secret for the app',
    byHand: 'Or enter this secret by hand:',
    copySecret: 'Copy the secret',
    code: 'Code of the app',
    recoveryCode: 'Recovery code',
    useRecoveryCode: 'Use a recovery code',
    useApp: 'Use the app',
    codeRequired: 'Enter the code.',
    bothRequired: 'Fill in your password and the code.',
    confirm: 'Confirm',
    busy: 'Checking…',
    codesTitle: 'Recovery codes',
    codesText:
      'Keep these in a safe place. Each logs you in once if your phone is not at hand. They are not shown again.',
    copyCodes: 'Copy the codes',
    download: 'Download',
    fileName: 'commpeak-recovery-codes.txt',
    done: 'I have kept them',
    otherSessions: 'Your other sessions have ended.',
    wrongCode:
      'This code is wrong, or was used already. Wait for the next one of the app, and see that the clock of your phone is right.',
    expired: 'This took more than 15 minutes. Begin again.',
    logInTitle: 'Enter the code of your app',
    back: 'Back',
  },
}
