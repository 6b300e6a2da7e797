// What is live after a deployment, and whether it does its work.

import { Failure } from '../../harness/failure.ts'
import type { Cloudflare, LiveVersion } from './cloudflare.ts'
import type { Environment } from './environment.ts'
import type { Say } from './say.ts'
import { addressOf, smokeTest } from './smoke-test.ts'

const AGAIN = 'The same command again finishes what is left'

interface ConfirmOptions {
  readonly environment: Environment
  /** Where the gateway answers; from the routes when left out. */
  readonly url: string | undefined
  readonly timeoutMs: number
  readonly interruption: AbortSignal
  readonly say: Say
}

/** Says what is live and tries it; a Failure where the version is not live, or not well. */
export async function confirmLive(
  { environment, url: givenUrl, timeoutMs, interruption, say }: ConfirmOptions,
  cloudflare: Cloudflare,
  versionId: string | undefined,
): Promise<void> {
  const live = await cloudflare.liveVersions()
  say('Live', toText(live))
  if (versionId === undefined) throw new Failure('Wrangler does not tell which version it made')
  requireLive(live, versionId)
  const url = givenUrl ?? addressOf(environment)
  if (url === undefined) {
    return say('Smoke test', 'not made: no route tells the address, so give it with --url')
  }
  try {
    await smokeTest(url, environment.name, versionId, timeoutMs, async () => {
      if (interruption.aborted) throw new Error('it was interrupted')
      requireLive(await cloudflare.liveVersions(), versionId)
    })
  } catch (error) {
    if (error instanceof SupersededError) throw error
    throw new Failure(
      `The smoke test failed: ${(error as Error).message}. The version is live: see docs/operate/upgrading.md#going-back`,
    )
  }
  say('Smoke test', `passed at ${url}`)
}

/** Another deployment has taken the place of this one. */
class SupersededError extends Failure {}

function requireLive(live: readonly LiveVersion[], versionId: string): void {
  if (live.some(({ id }) => id === versionId)) return
  throw new SupersededError(`Another deployment came between: ${versionId} is not live`)
}

/** What requests reach after a step that failed, in sentences. */
export async function describeLive(
  cloudflare: Cloudflare,
  before: readonly LiveVersion[],
): Promise<string> {
  try {
    const live = await cloudflare.liveVersions()
    const [now, then] = [toText(live), toText(before)]
    if (live.length === 0) return `Nothing is live. ${AGAIN}`
    return now === then
      ? `Live is what was live before: ${now}. ${AGAIN}`
      : `Live is ${now}; routes and cron may not be set. ${AGAIN}`
  } catch (error) {
    return `What is live is not known: ${(error as Error).message}. ${AGAIN}`
  }
}

function toText(live: readonly LiveVersion[]): string {
  return live.map(({ id, percentage }) => `${id} (${percentage} %)`).join(' and ')
}
