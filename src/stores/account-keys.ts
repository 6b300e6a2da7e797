// Asking which keys an account was ever given, see account-keys-object.ts.

import type { AccountKeys } from './account-keys-object.ts'
import { createObjectCalls } from './object-call.ts'

export type AccountKeysNamespace = DurableObjectNamespace<AccountKeys>

export interface IssuedKeys {
  /** Notes lookup ids of an account: of keys that it was given, and of keys that are gone for good. */
  readonly note: (
    accountId: string,
    issued: readonly string[],
    gone: readonly string[],
  ) => Promise<void>
  /** The lookup ids after this one, a page in order; empty at the end. */
  readonly list: (accountId: string, after: string) => Promise<string[]>
}

/** All calls reject with AuthorityUnavailableError where the object fails or takes longer than `timeoutMs`. */
export function createIssuedKeys(namespace: AccountKeysNamespace, timeoutMs: number): IssuedKeys {
  const { ask } = createObjectCalls<DurableObjectStub<AccountKeys>>(namespace, timeoutMs)
  return {
    note: (accountId, issued, gone) =>
      ask(accountId, async (stub) => await stub.note([...issued], [...gone])),
    list: (accountId, after) => ask(accountId, async (stub) => await stub.list(after)),
  }
}
