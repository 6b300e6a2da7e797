// Calls of Durable Objects. Every call has a limit, since the platform sets none, and a stub of its own,
// since a stub of an object that was reset stays broken
// (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/).

import { withTimeout } from '../time-limit.ts'

/** The object could not be asked: nothing is known. `code` is safe to log. */
export class AuthorityUnavailableError extends Error {
  override readonly name = 'AuthorityUnavailableError'
  readonly code: 'timeout' | 'overloaded' | 'reset' | 'unreachable'

  constructor(code: AuthorityUnavailableError['code'], cause?: unknown) {
    super(`The key authority cannot be asked: ${code}`, { cause })
    this.code = code
  }
}

interface Namespace<Stub> {
  readonly getByName: (name: string) => Stub
}

export interface ObjectCalls<Stub> {
  /** Of what may be done twice: where the runtime calls it worth while, it is done once more. */
  readonly ask: <T>(name: string, call: (stub: Stub) => Promise<T>) => Promise<T>
  /** Of what is done once at most. */
  readonly once: <T>(name: string, call: (stub: Stub) => Promise<T>) => Promise<T>
}

/** All calls reject with AuthorityUnavailableError where the object fails or takes longer than `timeoutMs`. */
export function createObjectCalls<Stub>(
  namespace: Namespace<Stub>,
  timeoutMs: number,
): ObjectCalls<Stub> {
  async function limited<T>(answer: Promise<T>): Promise<T> {
    const timeout = () => new AuthorityUnavailableError('timeout')
    return await withTimeout(answer, timeoutMs, timeout).catch((error: unknown) => {
      throw error instanceof AuthorityUnavailableError ? error : unavailable(error)
    })
  }

  return {
    async ask(name, call) {
      const now = () => call(namespace.getByName(name))
      return await limited(
        now().catch((error: unknown) => (mayRepeat(error) ? now() : reject(error))),
      )
    },
    once: (name, call) => limited(call(namespace.getByName(name))),
  }
}

/** What the runtime notes on an error of a Durable Object. */
interface ObjectError {
  readonly overloaded?: boolean
  readonly durableObjectReset?: boolean
  readonly retryable?: boolean
}

function mayRepeat(error: unknown): boolean {
  const { overloaded, durableObjectReset, retryable } = error as ObjectError
  return overloaded !== true && (durableObjectReset === true || retryable === true)
}

function unavailable(error: unknown): AuthorityUnavailableError {
  const { overloaded, durableObjectReset } = error as ObjectError
  if (overloaded === true) return new AuthorityUnavailableError('overloaded', error)
  return new AuthorityUnavailableError(durableObjectReset === true ? 'reset' : 'unreachable', error)
}

function reject(error: unknown): never {
  throw error
}
