// The operations on an account, for the operator: creating and editing it.

import {
  type AccountRow,
  findAccount,
  insertAccount,
  listAccountKeyIds,
  NO_PASSWORD,
  updateAccount,
} from '../db/account-queries.ts'
import { isPending } from '../db/key-rows.ts'
import type { Changes } from '../db/schema/audit-events.ts'
import type { Opening } from '../keys/openings.ts'
import { isSameLimit } from '../keys/rate-limit.ts'
import { newId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type Actor, auditEvent, HIDDEN_PASSWORD } from './audit.ts'
import { type CanonicalEmailDeps, fillCanonicalEmails } from './canonical-emails.ts'
import { refuseOwnName } from './common-passwords.ts'
import type { OperatorCaller } from './context.ts'
import { type HashingDeps, hashNewPassword } from './hashing.ts'
import { stopLostKeys } from './lost-keys.ts'
import { type OutboxDeps, settleInParts } from './outbox.ts'
import { toRateLimitJson } from './rate-limit.ts'
import type { Refusal } from './refusal.ts'
import type { EditAccount } from './requests/account.ts'
import type { CreateAccount } from './requests/new-people.ts'
import { emailForms } from './user-service.ts'

/** A try fails only if another change succeeded meanwhile, so a few are enough. */
const TRIES = 5

/** Creates an account, and the first of its users, who is its owner. */
export async function createAccount(
  input: CreateAccount,
  caller: OperatorCaller,
  deps: OutboxDeps & HashingDeps & CanonicalEmailDeps,
): Promise<Result<AccountRow, Refusal>> {
  const now = deps.nowMs()
  const id = newId('acc', now)
  const { email, name, status, password, external_id: externalId } = input
  const refusal = refuseOwnName(password, { email, name })
  if (refusal !== null) return err(refusal)
  const hashed = password === undefined ? ok(NO_PASSWORD) : await hashNewPassword(password, deps)
  if (!hashed.ok) return hashed
  const passwordHash = hashed.value
  const account = {
    id,
    email,
    ...emailForms(email),
    name,
    status,
    passwordHash,
    externalId,
    createdAt: now,
  }
  const changes: Changes = {
    email: [null, email],
    name: [null, name],
    status: [null, status],
    ...(externalId !== null && { external_id: [null, externalId] as const }),
  }
  const event = auditEvent('account.create', operator(id, caller), now, { changes })
  await fillCanonicalEmails(deps)
  const inserted = await insertAccount(deps.db, account, event)
  return typeof inserted === 'string' ? err({ reason: inserted }) : ok(inserted)
}

/** Edits an account. On success its status and its rate limit hold for all its keys. */
export async function editAccount(
  id: string,
  input: EditAccount,
  caller: OperatorCaller,
  deps: OutboxDeps & HashingDeps,
): Promise<Result<AccountRow, Refusal>> {
  const account = await findAccount(deps.db, id)
  const refusal =
    account === undefined
      ? null
      : refuseOwnName(input.password, { ...account, name: input.name ?? account.name })
  if (refusal !== null) return err(refusal)
  const hashed =
    input.password === undefined ? undefined : await hashNewPassword(input.password, deps)
  if (hashed?.ok === false) return hashed
  const passwordHash = hashed?.value
  const change = {
    ...(input.name !== undefined && { name: input.name }),
    ...(input.status !== undefined && { status: input.status }),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(input.key_limit !== undefined && { keyLimit: input.key_limit }),
    ...(input.external_id !== undefined && { externalId: input.external_id }),
    ...(input.rate_limit !== undefined && { rateLimit: input.rate_limit }),
  }
  for (let tries = 0; tries < TRIES; tries++) {
    const read = await findAccount(deps.db, id)
    if (read === undefined) return err({ reason: 'not_found' })
    const changes = accountChanges(read, input)
    const event = auditEvent('account.update', operator(id, caller), deps.nowMs(), { changes })
    const done =
      Object.keys(changes).length === 0
        ? { account: read, keyIds: await listAccountKeyIds(deps.db, id) }
        : await updateAccount(deps.db, read, change, event)
    if (done === undefined) continue
    if (done === 'external_id_taken') return err({ reason: done })
    // If the request names what the keys' records hold, every key is settled, even if it stays the same.
    const respects = respectsOf(input)
    const isDue = respects.length === 0 ? isPending : () => true
    const isRaised = changes['status'] !== undefined || changes['rate_limit'] !== undefined
    const decision = { respects, revisions: isRaised ? 1 : 0 } as const
    const isStatusDue = input.status !== undefined || done.account.statusPending
    const [settled, stopped] = await Promise.all([
      settleInParts(done.keyIds, isDue, decision, deps),
      isStatusDue ? stopLostKeys(done.account, deps) : true,
    ])
    return settled && stopped ? ok(done.account) : err({ reason: 'enforcement_pending' })
  }
  return err({ reason: 'version_conflict' })
}

function respectsOf({ status, rate_limit }: EditAccount): readonly Opening[] {
  return [
    ...(status === undefined ? [] : (['account_status'] as const)),
    ...(rate_limit === undefined ? [] : (['account_rate_limit'] as const)),
  ]
}

function operator(accountId: string, caller: OperatorCaller): Actor {
  return { kind: 'operator', accountId, ...caller }
}

function accountChanges(
  read: AccountRow,
  { name, status, password, key_limit, external_id, rate_limit }: EditAccount,
): Changes {
  return {
    ...(name !== undefined && name !== read.name && { name: [read.name, name] as const }),
    ...(status !== undefined &&
      status !== read.status && { status: [read.status, status] as const }),
    ...(key_limit !== undefined &&
      key_limit !== read.keyLimit && { key_limit: [read.keyLimit, key_limit] as const }),
    ...(external_id !== undefined &&
      external_id !== read.externalId && { external_id: [read.externalId, external_id] as const }),
    ...(rate_limit !== undefined &&
      !isSameLimit(rate_limit, read.rateLimit) && {
        rate_limit: [toRateLimitJson(read.rateLimit), toRateLimitJson(rate_limit)] as const,
      }),
    ...(password !== undefined && { password: HIDDEN_PASSWORD }),
  }
}
