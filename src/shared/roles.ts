/** An owner also sees the users. A viewer changes nothing. */
export const ROLES = ['owner', 'manager', 'viewer'] as const
export type Role = (typeof ROLES)[number]
