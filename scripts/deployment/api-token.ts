// When CLOUDFLARE_API_TOKEN ends, by Cloudflare's own word. Any token may ask that of itself.
// https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify
// https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify

import * as z from 'zod'
import { apiUrl } from './cloudflare.ts'

/** For all calls together: nobody should wait for what is only good to know. */
const TIMEOUT_MS = 5_000

const answerSchema = z.object({
  result: z.object({
    status: z.string(),
    expires_on: z.iso.datetime({ offset: true }).nullish(),
  }),
})

export type ApiToken =
  | { readonly known: true; readonly status: string; readonly expiresAtMs: number | null }
  /** `why` is a status or the name of an error, never what was sent. */
  | { readonly known: false; readonly why: string }

/**
 * Asks for the token as a user's first, then as the account's, if an account is given. Never rejects.
 * `timeoutMs` is for both calls together, 5 s at most.
 */
export async function askApiToken(
  token: string,
  accountId: string | undefined,
  timeoutMs: number = TIMEOUT_MS,
): Promise<ApiToken> {
  const limitMs = Math.min(timeoutMs, TIMEOUT_MS)
  const signal = AbortSignal.timeout(limitMs)
  const paths = ['/user', ...(accountId === undefined ? [] : [`/accounts/${accountId}`])]
  let why = ''
  try {
    for (const path of paths) {
      const headers = { Authorization: `Bearer ${token}` }
      const response = await fetch(apiUrl(`${path}/tokens/verify`), { headers, signal })
      const answer = answerSchema.safeParse(await response.json().catch(() => null))
      if (response.ok && answer.success) {
        const { status, expires_on: end } = answer.data.result
        return { known: true, status, expiresAtMs: end ? Date.parse(end) : null }
      }
      why = String(response.status)
    }
  } catch (error) {
    const { name } = error as Error
    why = name === 'TimeoutError' ? `no answer within ${limitMs / 1_000} s` : name
  }
  return { known: false, why }
}
