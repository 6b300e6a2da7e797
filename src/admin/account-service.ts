// The operations on an account: checking a log-in, and creating and editing accounts as the operator.

import {
  type AccountRow,
  type EmailForms,
  findAccount,
  findAccountByEmail,
  insertAccount,
  listAccountKeyIds,
  replacePasswordHash,
  updateAccount,
} from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import { isPending } from '../db/key-rows.ts'
import { newId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { HashingPlace } from '../stores/password-hasher.ts'
import { type Actor, auditEvent, type Changes } from './audit.ts'
import { type CanonicalEmailDeps, fillCanonicalEmails } from './canonical-emails.ts'
import type { OperatorCaller } from './context.ts'
import { canonicalEmail, legacyEmailKey } from './email.ts'
import { type HashingDeps, PLACE_LOST, takePlace } from './hashing.ts'
import { stopLostKeys } from './lost-keys.ts'
import { type OutboxDeps, settleInParts } from './outbox.ts'
import type { Refusal } from './refusal.ts'
import type { CreateAccount, EditAccount } from './schemas.ts'

/** A try fails only if another change succeeded meanwhile, so a few are enough. */
const TRIES = 5

/**
 * Finds the account of an e-mail and checks its password. An unknown e-mail takes as long as a wrong
 * password. A hash with older parameters is replaced by a new one.
 */
export async function checkLogIn(
  email: string,
  password: string,
  place: HashingPlace,
  anotherPlace: () => Promise<Result<HashingPlace, Refusal>>,
  db: Database,
): Promise<Result<AccountRow, Refusal>> {
  const account = await findAccountByEmail(db, emailForms(email))
  const checked = await place.check(account?.passwordHash ?? null, password, true)
  if (checked === null) return err(PLACE_LOST)
  if (account === undefined || !checked.matches) return err({ reason: 'login_failed' })
  const { renewed } = checked
  if (renewed === null) return ok(account)
  const replaced = await replacePasswordHash(db, account.id, account.passwordHash, renewed)
  if (replaced) return ok({ ...account, passwordHash: renewed })
  // Another log-in renewed the hash, or the operator set a new password, so check the hash that is stored
  // now.
  const again = await anotherPlace()
  return again.ok ? await checkLogIn(email, password, again.value, anotherPlace, db) : again
}

/** Hashes a password that the operator sets. */
async function hashNewPassword(
  password: string,
  deps: HashingDeps,
): Promise<Result<string, Refusal>> {
  const place = await takePlace({ kind: 'operator' }, deps)
  if (!place.ok) return place
  const hash = await place.value.hash(password)
  return hash === null ? err(PLACE_LOST) : ok(hash)
}

export async function createAccount(
  input: CreateAccount,
  caller: OperatorCaller,
  deps: OutboxDeps & HashingDeps & CanonicalEmailDeps,
): Promise<Result<AccountRow, Refusal>> {
  const now = deps.nowMs()
  const id = newId('acc', now)
  const { email, name, status, password } = input
  const hashed = await hashNewPassword(password, deps)
  if (!hashed.ok) return hashed
  const passwordHash = hashed.value
  const account = {
    id,
    email,
    ...emailForms(email),
    name,
    status,
    passwordHash,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const changes: Changes = { email: [null, email], name: [null, name], status: [null, status] }
  const event = auditEvent('account.create', operator(id, caller), now, { changes })
  await fillCanonicalEmails(deps)
  const inserted = await insertAccount(deps.db, account, event)
  return inserted === undefined ? err({ reason: 'email_taken' }) : ok(inserted)
}

/** Edits an account. On success its status holds for all its keys. */
export async function editAccount(
  id: string,
  input: EditAccount,
  caller: OperatorCaller,
  deps: OutboxDeps & HashingDeps,
): Promise<Result<AccountRow, Refusal>> {
  const hashed =
    input.password === undefined ? undefined : await hashNewPassword(input.password, deps)
  if (hashed?.ok === false) return hashed
  const passwordHash = hashed?.value
  const change = {
    ...(input.name !== undefined && { name: input.name }),
    ...(input.status !== undefined && { status: input.status }),
    ...(passwordHash !== undefined && { passwordHash }),
    ...(input.key_limit !== undefined && { keyLimit: input.key_limit }),
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
    // If the request names a status, every key is settled, even if the status stays the same.
    const isDue = input.status === undefined ? isPending : () => true
    const decision = input.status === undefined ? [] : (['account_status'] as const)
    const isStatusDue = input.status !== undefined || done.account.statusPending
    const [settled, stopped] = await Promise.all([
      settleInParts(done.keyIds, isDue, decision, deps),
      isStatusDue ? stopLostKeys(done.account, deps) : true,
    ])
    return settled && stopped ? ok(done.account) : err({ reason: 'enforcement_pending' })
  }
  return err({ reason: 'version_conflict' })
}

function emailForms(email: string): EmailForms {
  return { emailKey: legacyEmailKey(email), canonicalEmail: canonicalEmail(email) }
}

function operator(accountId: string, caller: OperatorCaller): Actor {
  return { kind: 'operator', accountId, ...caller }
}

function accountChanges(
  read: AccountRow,
  { name, status, password, key_limit }: EditAccount,
): Changes {
  return {
    ...(name !== undefined && name !== read.name && { name: [read.name, name] as const }),
    ...(status !== undefined &&
      status !== read.status && { status: [read.status, status] as const }),
    ...(key_limit !== undefined &&
      key_limit !== read.keyLimit && { key_limit: [read.keyLimit, key_limit] as const }),
    ...(password !== undefined && { password: ['********', '********'] as const }),
  }
}
