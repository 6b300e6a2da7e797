// Calls the object that knows which keys an account was given, see account-keys-object.ts.

import type { AccountKeys } from './account-keys-object.ts'
import { createObjectCalls } from './object-call.ts'

export type AccountKeysNamespace = DurableObjectNamespace<AccountKeys>

export interface IssuedKeys {
  /** Notes the lookup ids of keys that the account was given, and of its keys that were deleted. */
  readonly note: (
    accountId: string,
    issued: readonly string[],
    deleted: readonly string[],
  ) => Promise<void>
  /** A page of lookup ids in order, from the first one after `after`. Empty at the end. */
  readonly list: (accountId: string, after: string) => Promise<string[]>
}

/** Calls reject with AuthorityUnavailableError if the object fails or takes longer than `timeoutMs`. */
export function createIssuedKeys(namespace: AccountKeysNamespace, timeoutMs: number): IssuedKeys {
  const { ask } = createObjectCalls<DurableObjectStub<AccountKeys>>(namespace, timeoutMs)
  return {
    note: (accountId, issued, deleted) =>
      ask(accountId, async (stub) => await stub.note([...issued], [...deleted])),
    list: (accountId, after) => ask(accountId, async (stub) => await stub.list(after)),
  }
}
