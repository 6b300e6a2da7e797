// The sentences of a leaked token.

export const title = 'The token of this key was found in public.'
export const text = (time: string) =>
  `It was reported on ${time}, and the key has been paused since. Rotate the key and give the new token to your servers. Then look for addresses that you do not know.`
export const rotate = 'Rotate the key'
