// The sentences of the view of a key.

export const details = 'Details'
export const copyId = 'Copy the key ID'
export const website = 'Website'
export const none = 'none'
export const access = 'Who may use it'
export const anyAddress = 'Anyone who has the token, from any address.'
export const enforced = 'Only requests from these networks:'
export const reported =
  'Anyone who has the token. Requests from outside these networks are marked under Usage:'
export const copyAcl = 'Copy the list'
export const history = 'History'
