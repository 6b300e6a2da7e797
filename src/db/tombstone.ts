// What rows do not keep once a key is deleted or a token has ended.

/** The columns that a tombstone does not keep. */
export const TOMBSTONE_COLUMNS = {
  tokenKey: null,
  sealedToken: null,
  applicationName: null,
  applicationWebsite: null,
  platform: null,
  ipAcl: null,
  ipAclMode: 'enforce' as const,
  ipAclNotes: {},
  enabled: true,
  expiresAt: null,
  rateLimit: null,
  leakedAt: null,
  idempotencyKey: null,
  idempotencyBody: null,
}

/** The columns that a token does not keep once it has ended. */
export const ENDED_COLUMNS = {
  tokenKey: null,
  sealedToken: null,
  lastFour: null,
  idempotencyKey: null,
  idempotencyBody: null,
}
