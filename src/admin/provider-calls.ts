// Calls to the identity provider for a browser: a fault of the provider becomes a refusal, and codes that it does not
// know are counted.

import { IdentityProviderError } from '../identity/identity-fault.ts'
import type { Pending } from '../identity/pending.ts'
import type { Arrival, IdentityProvider } from '../identity/provider.ts'
import { clientAddress } from '../keys/client-address.ts'
import type { LogFault } from '../log/fault.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { AdminContext } from './context.ts'
import type { Refusal } from './refusal.ts'
import { throttleExchange, type ThrottleDeps } from './throttle.ts'

export interface ProviderCallDeps extends ThrottleDeps {
  readonly logFault: LogFault
}

export const PROVIDER_UNAVAILABLE: Refusal = { reason: 'identity_provider_unavailable' }

/** An error if the provider cannot be used, which is logged. */
export async function askProvider<T>(
  c: AdminContext,
  { logFault }: Pick<ProviderCallDeps, 'logFault'>,
  ask: () => Promise<T>,
): Promise<T | IdentityProviderError> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof IdentityProviderError)) throw error
    logFault('identity_provider', error, c.get('requestId'))
    return error
  }
}

/** Who came back, or why nobody did. `answer`: the URL that the provider sent the browser to. */
export async function finishAtProvider(
  c: AdminContext,
  identity: IdentityProvider,
  pending: Pending,
  answer: URL,
  deps: ProviderCallDeps,
): Promise<Result<Arrival, Refusal>> {
  const isExchange = answer.searchParams.has('code')
  const attempt = isExchange
    ? await throttleExchange(clientAddress(c.req.raw.headers), deps)
    : ok(() => Promise.resolve())
  if (!attempt.ok) return attempt
  const arrived = await askProvider(c, deps, () => identity.finish(pending, answer))
  if (arrived instanceof IdentityProviderError) {
    // A status of 4xx may be about the code. Otherwise nobody guessed.
    if (!arrived.reason.startsWith('http_4')) await attempt.value()
    return err(PROVIDER_UNAVAILABLE)
  }
  // The provider gave an ID token, so it knew the code.
  if (arrived.ok || arrived.error.kind === 'token_invalid') await attempt.value()
  if (arrived.ok) return arrived
  return pending.purpose.kind === 'confirm'
    ? err({ reason: 'confirmation_required', cause: arrived.error.kind })
    : err({ reason: 'login_failed', cause: arrived.error })
}
