// The lookup ids by which the stores know a token, of either kind.

import type { BlockHmacKey } from '../keys/block-hmac.ts'
import type { ImportedTokens } from '../keys/imported-token.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { verifyToken } from '../keys/token.ts'

export interface TokenLookupDeps {
  readonly tokenPrefix: string
  readonly tokenKeys: KeyRing<BlockHmacKey>
  readonly importedTokens: ImportedTokens
}

/** None if the text is no token of this gateway, and cannot be the token of an imported key. */
export function lookupIdsOf(
  text: string,
  { tokenPrefix, tokenKeys, importedTokens }: TokenLookupDeps,
): readonly string[] {
  const lookupId = verifyToken(tokenPrefix, tokenKeys, text)
  return lookupId === null ? (importedTokens.findLookupIds(text) ?? []) : [lookupId]
}
