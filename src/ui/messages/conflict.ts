// The sentences of a key that was changed elsewhere meanwhile.

export const title = 'This key was changed elsewhere'
export const text =
  'Somebody, perhaps you in another window, saved other changes in the meantime. Choose what to keep.'
export const theirs = 'Saved now'
export const mine = 'Yours'
export const save = 'Save my choice'
export const nothing = 'none'
export const gone =
  'This key was deleted elsewhere. What you typed is still here: create a new key with it, or close the panel.'
export const createInstead = 'Create as a new key'
