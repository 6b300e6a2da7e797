// The sentences about where somebody is logged in.

export const intro = 'Where this account is logged in. End a session that you do not recognize.'
export const ownIntro = 'Where you are logged in. End a session that you do not recognize.'
export const current = 'This session'
export const noAddress = 'Unknown address'
export const noAgent = 'Unknown browser'
export const agent = (browser: string, system: string) => `${browser} on ${system}`
export const times = (since: string, seen: string) => `Logged in ${since}, last active ${seen}`
export const end = 'End'
export const endOf = (address: string) => `End the session from ${address}`
export const ended = 'The session was ended.'
