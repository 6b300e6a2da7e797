// The columns of the list, which label the members of a key elsewhere too.

export const name = 'Application'
export const platform = 'Platform'
export const token = 'Access token'
export const acl = 'IP ACL'
export const used = 'Last used'
export const created = 'Created'
export const updated = 'Updated'
export const actions = 'Actions'
