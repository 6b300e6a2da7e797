// The token at rest, which a reveal opens: AES-256-GCM under the ring ENCRYPTION_KEYS. Key id and account
// id are additional data, so a sealed token that was moved to another row or account does not open. Stored
// form: ring key id, ".", base64url of a 12-byte nonce and the ciphertext with its tag.

import { Buffer } from 'node:buffer'
import { type KeyRing, newestKey } from './key-ring.ts'

export const NONCE_BYTES = 12

export interface TokenOwner {
  readonly keyId: string
  readonly accountId: string
}

/** No key of the ring opens a sealed token. `ringKey` is the id of the key that sealed it. */
export class UnreadableTokenError extends Error {
  override readonly name = 'UnreadableTokenError'
  readonly reason = 'token_unreadable'
  readonly ringKey: string

  constructor(sealed: string) {
    super('No key of the ring opens the sealed token')
    this.ringKey = sealed.charAt(0)
  }
}

/** Seals a token with the ring's newest key; `nonce` is 12 random bytes, never used twice. */
export async function sealToken(
  ring: KeyRing,
  token: string,
  owner: TokenOwner,
  nonce: Uint8Array,
): Promise<string> {
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: additionalData(owner) },
    newestKey(ring),
    new TextEncoder().encode(token),
  )
  const bytes = Buffer.concat([nonce, new Uint8Array(sealed)])
  return `${ring.newest}.${bytes.toString('base64url')}`
}

/** The token; null if its key is no longer in the ring, or if the text was altered or moved. */
export async function openToken(
  ring: KeyRing,
  sealed: string,
  owner: TokenOwner,
): Promise<string | null> {
  const key = ring.keys.get(sealed.charAt(0))
  if (key === undefined) return null
  const bytes = new Uint8Array(Buffer.from(sealed.slice(2), 'base64url'))
  try {
    const opened = await crypto.subtle.decrypt(
      {
        name: 'AES-GCM',
        iv: bytes.subarray(0, NONCE_BYTES),
        additionalData: additionalData(owner),
      },
      key,
      bytes.subarray(NONCE_BYTES),
    )
    return new TextDecoder().decode(opened)
  } catch {
    return null // an OperationError: the tag does not match
  }
}

function additionalData(owner: TokenOwner): Uint8Array {
  return new TextEncoder().encode(`${owner.keyId}\n${owner.accountId}`)
}
