// Imports the secrets of a deployment: key rings, and the keys that sign assertions. The worker and `npm
// run deploy` both use this code.

import { type AssertionKeys, importAssertionKeys } from '../gateway/assertion.ts'
import { type BlockHmacKey, toBlockHmacKey } from '../keys/block-hmac.ts'
import { importAesGcmKey, importHmacKey, importKeyRing, type KeyRing } from '../keys/key-ring.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type ConfigurationFault, configurationFault } from './configuration-fault.ts'
import type { Settings } from './env.ts'

export interface Secrets {
  readonly tokenKeys: KeyRing<BlockHmacKey>
  readonly encryptionKeys: KeyRing
  readonly sessionKeys: KeyRing
  readonly assertionKeys: AssertionKeys
}

type SecretTexts = Pick<
  Settings,
  'TOKEN_KEYS' | 'ENCRYPTION_KEYS' | 'SESSION_KEYS' | 'ASSERTION_KEYS'
>

/** Imports the secrets. The faults name the unreadable ones and never repeat their content. */
export async function importSecrets(
  settings: SecretTexts,
): Promise<Result<Secrets, readonly ConfigurationFault[]>> {
  const [tokenKeys, encryptionKeys, sessionKeys, assertionKeys] = await Promise.all([
    importKeyRing(settings.TOKEN_KEYS, toBlockHmacKey),
    importKeyRing(settings.ENCRYPTION_KEYS, importAesGcmKey),
    importKeyRing(settings.SESSION_KEYS, importHmacKey),
    importAssertionKeys(settings.ASSERTION_KEYS),
  ])
  if (tokenKeys.ok && encryptionKeys.ok && sessionKeys.ok && assertionKeys.ok) {
    return ok({
      tokenKeys: tokenKeys.value,
      encryptionKeys: encryptionKeys.value,
      sessionKeys: sessionKeys.value,
      assertionKeys: assertionKeys.value,
    })
  }
  const imports = Object.entries({
    TOKEN_KEYS: tokenKeys,
    ENCRYPTION_KEYS: encryptionKeys,
    SESSION_KEYS: sessionKeys,
    ASSERTION_KEYS: assertionKeys,
  })
  return err(
    imports.flatMap(([name, ring]) =>
      ring.ok ? [] : [configurationFault(`${name} is unreadable: ${ring.error}`)],
    ),
  )
}
