// Calls of Durable Objects. Every call has a time limit, because the platform sets none. Every call has its own
// stub, because the stub of an object that was reset stays broken
// (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/).

import { withTimeout } from '../shared/time-limit.ts'

/** Why an object could not be asked. */
export type ObjectReason = 'timeout' | 'overloaded' | 'restarted' | 'unreachable'

/** The object could not be reached, or did not answer in time. */
export class AuthorityUnavailableError extends Error {
  override readonly name = 'AuthorityUnavailableError'
  readonly reason: ObjectReason

  constructor(reason: ObjectReason, cause?: unknown) {
    super(`The key authority cannot be asked: ${reason}`, { cause })
    this.reason = reason
  }
}

interface Namespace<Stub> {
  readonly getByName: (name: string) => Stub
}

export interface ObjectCalls<Stub> {
  /** Makes a call that may be repeated. It is repeated once if the runtime says that this may help. */
  readonly ask: <T>(name: string, call: (stub: Stub) => Promise<T>) => Promise<T>
}

/** Calls reject with AuthorityUnavailableError if the object fails or takes longer than `timeoutMs`. */
export function createObjectCalls<Stub>(
  namespace: Namespace<Stub>,
  timeoutMs: number,
): ObjectCalls<Stub> {
  async function limitTime<T>(answer: Promise<T>): Promise<T> {
    const timeout = () => new AuthorityUnavailableError('timeout')
    return await withTimeout(answer, timeoutMs, timeout).catch((error: unknown) => {
      throw error instanceof AuthorityUnavailableError
        ? error
        : new AuthorityUnavailableError(objectReason(error), error)
    })
  }

  return {
    async ask(name, call) {
      const attempt = () => call(namespace.getByName(name))
      return await limitTime(
        attempt().catch((error: unknown) => (mayRepeat(error) ? attempt() : reject(error))),
      )
    },
  }
}

/** The members that the runtime sets on an error of a Durable Object. */
interface ObjectError {
  readonly overloaded?: boolean
  readonly durableObjectReset?: boolean
  readonly retryable?: boolean
}

function mayRepeat(error: unknown): boolean {
  const { overloaded, durableObjectReset, retryable } = error as ObjectError
  return overloaded !== true && (durableObjectReset === true || retryable === true)
}

/** Why a call of an object failed. */
export function objectReason(error: unknown): ObjectReason {
  const { overloaded, durableObjectReset } = (error ?? {}) as ObjectError
  if (overloaded === true) return 'overloaded'
  return durableObjectReset === true ? 'restarted' : 'unreachable'
}

function reject(error: unknown): never {
  throw error
}
