// Makes the token of a key, sealed for a later reveal, and opens it again.

import type { LiveKey } from '../db/key-rows.ts'
import type { BlockHmacKey } from '../keys/block-hmac.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import {
  NONCE_BYTES,
  openToken,
  sealToken,
  type TokenOwner,
  UnreadableTokenError,
} from '../keys/sealed-token.ts'
import { lastFourOf, mintToken, TOKEN_RANDOM_BYTES } from '../keys/token.ts'

export interface MakeTokenDeps {
  readonly tokenPrefix: string
  readonly tokenKeys: KeyRing<BlockHmacKey>
  readonly encryptionKeys: KeyRing
}

export interface MadeToken {
  /** In clear. */
  readonly token: string
  readonly lookupId: string
  /** The key of TOKEN_KEYS that made the token. */
  readonly tokenKey: string
  readonly sealedToken: string
  /** The last four characters of the token. */
  readonly lastFour: string
}

export async function makeToken(owner: TokenOwner, deps: MakeTokenDeps): Promise<MadeToken> {
  const random = crypto.getRandomValues(new Uint8Array(TOKEN_RANDOM_BYTES))
  const { token, lookupId, ringKey } = mintToken(deps.tokenPrefix, deps.tokenKeys, random)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const sealedToken = await sealToken(deps.encryptionKeys, token, owner, nonce)
  return { token, lookupId, tokenKey: ringKey, sealedToken, lastFour: lastFourOf(token) }
}

/** The token in clear. Throws if no key of the ring opens it, which is a configuration fault. */
export async function unsealToken(
  { id: keyId, accountId }: LiveKey,
  sealed: string,
  { encryptionKeys }: MakeTokenDeps,
): Promise<string> {
  const token = await openToken(encryptionKeys, sealed, { keyId, accountId })
  if (token === null) throw new UnreadableTokenError(sealed)
  return token
}
