// Takes a leak report. What a sender can see of this, the answer and its time, is the same for each token: one that
// lets requests in, one that has ended, one of another deployment, or any text. So the stores keep a lookup id for
// each token, and a random one for what is no token of this gateway.

import { Buffer } from 'node:buffer'
import type { Database } from '../db/client.ts'
import { recordLeakReport, type StoredReport } from '../db/leak-queries.ts'
import type { Address } from '../keys/address.ts'
import { digestOfToken, importedLookupIds } from '../keys/imported-token.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { redactText } from '../keys/redacted-text.ts'
import { LOOKUP_ID_BYTES, TOKEN_BODY_LENGTH, verifyToken } from '../keys/token.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type HashingDeps, isWithinRate, RATE_WAIT_SECONDS } from './hashing.ts'
import type { LeakReport } from './leak-body.ts'
import { keyedHashes } from './keyed-hash.ts'
import { networkOf, OWN_NETWORK } from '../keys/network.ts'
import type { Refusal } from './refusal.ts'
import type { TokenLookupDeps } from './token-lookup.ts'

export interface LeakReportsDeps
  extends Pick<HashingDeps, 'logInRate' | 'logFault'>, TokenLookupDeps {
  readonly db: Database
  readonly sessionKeys: KeyRing
  readonly nowMs: () => number
}

/** For each address, in a minute. */
const RATE = { reports: 20, withinMs: 60_000 }
/** The audit keeps them, and is never cleaned. */
const MAX_URL = 500
const MAX_NOTE = 200

/** Records a report, unless its sender has made too many. */
export async function receiveLeakReport(
  report: LeakReport,
  address: Address | null,
  deps: LeakReportsDeps,
): Promise<Result<StoredReport, Refusal>> {
  const sender = JSON.stringify(['leak report', networkOf(address, OWN_NETWORK)])
  const [senderHash = ''] = await keyedHashes(sender, deps.sessionKeys)
  if (!(await isWithinRate(senderHash, deps))) {
    return err({ reason: 'throttled', retryAfterSeconds: RATE_WAIT_SECONDS, reports: RATE.reports })
  }
  const isForeign = (piece: string) =>
    report.tokens.includes(piece) || deps.importedTokens.isExpected(piece)
  const redact = (text: string | undefined, max: number) =>
    text === undefined ? null : redactText(text, deps.tokenPrefix, max, isForeign) || null
  const recorded = await recordLeakReport(
    deps.db,
    {
      sender: senderHash,
      lookupIds: toLookupIds(report.tokens, deps),
      url: redact(report.url, MAX_URL),
      note: redact(report.note, MAX_NOTE),
      receivedAt: deps.nowMs(),
    },
    RATE,
  )
  if (recorded.kind === 'recorded') return ok(recorded.report)
  const retryAfterSeconds = Math.max(1, Math.ceil(recorded.waitMs / 1_000))
  return err({ reason: 'throttled', retryAfterSeconds, reports: RATE.reports })
}

/**
 * Those that each token may have. The work for each is the same: one HMAC, and with imported keys one more for each
 * key of the ring.
 */
function toLookupIds(
  tokens: readonly string[],
  { tokenPrefix, tokenKeys, importedTokens }: LeakReportsDeps,
): string[] {
  const forged = `${tokenPrefix}${tokenKeys.newest}${'0'.repeat(TOKEN_BODY_LENGTH)}`
  const body = new RegExp(`^[0-9A-Za-z]{${TOKEN_BODY_LENGTH}}$`)
  const hasForm = (token: string) =>
    token.startsWith(tokenPrefix) &&
    tokenKeys.keys.has(token.charAt(tokenPrefix.length)) &&
    body.test(token.slice(tokenPrefix.length + 1))
  return tokens.flatMap((token) => {
    const random = crypto.getRandomValues(new Uint8Array(LOOKUP_ID_BYTES))
    const decoy = Buffer.from(random).toString('base64url')
    const own = verifyToken(tokenPrefix, tokenKeys, hasForm(token) ? token : forged) ?? decoy
    return importedTokens.isOn
      ? [own, ...importedLookupIds(tokenKeys, digestOfToken(token))]
      : [own]
  })
}
