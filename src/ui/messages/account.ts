// The sentences about the users of the account and their sessions, which are loaded with these views.

export const accountMessages = {
  users: {
    intro: {
      password:
        'Who may log in to this account. CommPeak adds and changes users: contact CommPeak to invite somebody or to change a role.',
      identity_provider:
        'Who may log in to this account. Users come from your identity provider: whoever manages it invites people and changes roles.',
    },
    current: 'You',
    disabled: 'Disabled',
    secondFactor: 'Second factor',
    noSecondFactor: 'No second factor',
    never: 'Has not logged in yet',
    lastLogIn: (at: string) => `Last logged in ${at}`,
    rights: {
      owner: 'can manage keys and see the users',
      manager: 'can manage keys',
      viewer: 'can look at keys',
    },
  },

  sessions: {
    intro: 'Where this account is logged in. End a session that you do not recognize.',
    ownIntro: 'Where you are logged in. End a session that you do not recognize.',
    current: 'This session',
    noAddress: 'Unknown address',
    noAgent: 'Unknown browser',
    agent: (browser: string, system: string) => `${browser} on ${system}`,
    times: (since: string, seen: string) => `Logged in ${since}, last active ${seen}`,
    end: 'End',
    endOf: (address: string) => `End the session from ${address}`,
    ended: 'The session was ended.',
  },
}
