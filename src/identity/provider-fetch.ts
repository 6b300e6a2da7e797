// Calls to the identity provider. All calls for one request share one deadline, and an answer has a limit in
// bytes, so that a provider that is slow or endless cannot hold the request or fill the memory.

import { reasonOf } from '../log/fault-reason.ts'
import { IdentityProviderError } from './identity-fault.ts'

export type ProviderFetch = (url: string, init?: ProviderInit) => Promise<Response>

/** What oauth4webapi passes to its `customFetch`. */
export interface ProviderInit {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: BodyInit | null | undefined
}

/** For all calls of one request, in milliseconds. */
export const PROVIDER_BUDGET_MS = 3_500
const MAX_ANSWER_BYTES = 256 * 1024

/** `deadline` aborts each call. Rejects with an IdentityProviderError if there is no answer, or a status of 5xx. */
export function createProviderFetch(deadline: AbortSignal): ProviderFetch {
  return async function callProvider(url, init = {}) {
    try {
      const { method = 'GET', headers = {}, body = null } = init
      const options = { method, headers, body, redirect: 'manual', signal: deadline } as const
      const response = await fetch(url, options)
      if (response.status >= 500) {
        await response.body?.cancel()
        throw new IdentityProviderError(`http_${response.status}`)
      }
      const bytes = await readBounded(response)
      const { status } = response
      const whole = isEmptyStatus(status) ? null : bytes
      return new Response(whole, { status, headers: response.headers })
    } catch (error) {
      if (error instanceof IdentityProviderError) throw error
      const known = reasonOf(error)
      const reason = deadline.aborted ? 'timeout' : known === 'other' ? 'reset' : known
      throw new IdentityProviderError(reason)
    }
  }
}

async function readBounded({ body }: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    const bytes = chunk as Uint8Array
    size += bytes.byteLength
    if (size > MAX_ANSWER_BYTES) throw new IdentityProviderError('invalid')
    chunks.push(bytes)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

/** A response with such a status has no body (Fetch standard, "null body status"). */
function isEmptyStatus(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}
