// Makes the gateway's secrets: rings of one key each, an Ed25519 key set, an operator token.

import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'

/** 192 bits, in base64url. */
const OPERATOR_TOKEN_BYTES = 24
const RING_KEY_BYTES = 32

export interface Secrets {
  readonly TOKEN_KEYS: string
  readonly ENCRYPTION_KEYS: string
  readonly SESSION_KEYS: string
  readonly ASSERTION_KEYS: string
  readonly OPERATOR_TOKEN: string
}

export async function makeSecrets(): Promise<Secrets> {
  return {
    TOKEN_KEYS: makeRing(),
    ENCRYPTION_KEYS: makeRing(),
    SESSION_KEYS: makeRing(),
    ASSERTION_KEYS: await makeAssertionKeys(),
    OPERATOR_TOKEN: randomBytes(OPERATOR_TOKEN_BYTES).toString('base64url'),
  }
}

function makeRing(): string {
  return `A:${randomBytes(RING_KEY_BYTES).toString('base64url')}`
}

async function makeAssertionKeys(): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const kid = randomBytes(6).toString('base64url')
  return JSON.stringify({ keys: [{ ...(await exportJWK(privateKey)), kid }] })
}
