// Whether a version that was just deployed does its work: it is well, it is the one that answers, and a
// request without a key is refused. In shadow no request is, so the call that only asks about a key is made.

import { setTimeout } from 'node:timers/promises'
import { Failure } from '../../harness/failure.ts'
import type { Environment } from './environment.ts'

const CALL_MS = 5_000
const POLL_MS = 1_000
const HELD_KEY = '/admin/api/v1/key'

/** Where the environment can be reached, undefined where its routes do not tell. */
export function addressOf({ routes }: Environment): string | undefined {
  const patterns = routes.map((route) => (typeof route === 'string' ? route : route.pattern))
  const [host] = patterns.map((pattern) => pattern.replace(/\/\*$/, '')).filter(isHost)
  return host === undefined ? undefined : `https://${host}`
}

function isHost(host: string): boolean {
  return /^[^*/]+$/.test(host)
}

/**
 * Asks until all is as it should be; a Failure that says what is not, when the time is over. `check` is called
 * before each new try, and can end it by a Failure of its own.
 */
export async function smokeTest(
  url: string,
  worker: string,
  versionId: string,
  timeoutMs: number,
  check: () => Promise<void> = async () => undefined,
): Promise<void> {
  // Else a version that has a share of the requests would answer some of these alone.
  const headers = { 'Cloudflare-Workers-Version-Overrides': `${worker}="${versionId}"` }
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const health = await readHealth(url, headers, versionId)
    const fault =
      typeof health === 'string'
        ? health
        : await refusalFault(url, health['enforcement'] === 'shadow' ? HELD_KEY : '/', headers)
    if (fault === null) return
    if (Date.now() > deadline) throw new Failure(fault)
    await setTimeout(POLL_MS)
    await check()
  }
}

/** What the version says of itself, or a fault. */
async function readHealth(
  url: string,
  headers: Record<string, string>,
  versionId: string,
): Promise<Answer['body'] | string> {
  const target = new URL('/admin/api/v1/health', url).href
  const answer = await get(target, headers)
  if (answer === null) return `${target} does not answer`
  const { status, body } = answer
  const { version, detail, code } = body
  if (version !== undefined && version !== versionId) {
    return `${target} is answered by the version ${String(version)}`
  }
  if (status !== 200) return `${target} answers ${status}: ${String(detail ?? code ?? 'no detail')}`
  return version === versionId ? body : `${target} names no version`
}

async function refusalFault(
  url: string,
  path: string,
  headers: Record<string, string>,
): Promise<string | null> {
  const target = new URL(path, url).href
  const answer = await get(target, headers)
  if (answer === null) return `${target} does not answer`
  const { status, body } = answer
  const { code = 'no code' } = body
  if (status === 401 && code === 'credential_missing') return null
  return `${target} without a key answers ${status} ${String(code)}, in place of 401 credential_missing`
}

interface Answer {
  readonly status: number
  /** Empty where it is no JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

async function get(url: string, headers: Record<string, string>): Promise<Answer | null> {
  const signal = AbortSignal.timeout(CALL_MS)
  try {
    const response = await fetch(url, { headers, redirect: 'manual', signal })
    const body = await response.json<Answer['body']>().catch(() => ({}))
    return { status: response.status, body }
  } catch {
    return null
  }
}
