// The operations on users: checking a log-in, and creating, editing and removing users as the operator.

import type { EmailForms } from '../db/account-queries.ts'
import type { Database } from '../db/client.ts'
import { removeSecondFactor } from '../db/second-factor-queries.ts'
import {
  deleteUser,
  findUser,
  findUserByEmail,
  insertUser,
  replacePasswordHash,
  updateUser,
  type UserRow,
  type UserWithAccount,
} from '../db/user-queries.ts'
import type { Changes } from '../db/schema/audit-events.ts'
import type { IdentityProvider } from '../identity/provider.ts'
import { newId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import type { HashingPlace } from '../stores/password-hasher.ts'
import { type Actor, auditEvent, HIDDEN_PASSWORD } from './audit.ts'
import { type CanonicalEmailDeps, fillCanonicalEmails } from './canonical-emails.ts'
import { refuseOwnName } from './common-passwords.ts'
import type { OperatorCaller } from './context.ts'
import { canonicalEmail, legacyEmailKey } from './email.ts'
import { type HashingDeps, hashNewPassword, PLACE_LOST } from './hashing.ts'
import type { Refusal } from './refusal.ts'
import type { CreateUser } from './requests/new-people.ts'
import type { EditUser } from './requests/user.ts'

export interface UserServiceDeps extends HashingDeps, CanonicalEmailDeps {
  /** Null where users have passwords here. */
  readonly identity: IdentityProvider | null
  readonly nowMs: () => number
}

/** A try fails only if another change succeeded meanwhile, so a few are enough. */
const TRIES = 5

/**
 * Finds the user of an e-mail and checks the password. An unknown e-mail and a disabled user take as long as a
 * wrong password. A hash with older parameters is replaced by a new one.
 */
export async function checkLogIn(
  email: string,
  password: string,
  place: HashingPlace,
  anotherPlace: () => Promise<Result<HashingPlace, Refusal>>,
  db: Database,
): Promise<Result<UserWithAccount, Refusal>> {
  const found = await findUserByEmail(db, emailForms(email))
  const passwordHash = found?.user.passwordHash ?? null
  const checked = await place.check(passwordHash, password, true)
  if (checked === null) return err(PLACE_LOST)
  const isUser = found?.user.status === 'active' && passwordHash !== null
  if (!isUser || !checked.matches) return err({ reason: 'login_failed' })
  const { renewed } = checked
  if (renewed === null) return ok(found)
  const { user, account } = found
  const replaced = await replacePasswordHash(db, user.id, passwordHash, renewed)
  if (replaced) return ok({ account, user: { ...user, passwordHash: renewed } })
  // Another log-in renewed the hash, or the operator set a new password, so check the hash that is stored
  // now.
  const again = await anotherPlace()
  return again.ok ? await checkLogIn(email, password, again.value, anotherPlace, db) : again
}

export async function createUser(
  accountId: string,
  input: CreateUser,
  caller: OperatorCaller,
  deps: UserServiceDeps,
): Promise<Result<UserRow, Refusal>> {
  const { email, name, role, password } = input
  const refusal = refuseOwnName(password, { email, name })
  if (refusal !== null) return err(refusal)
  const hashed = password === undefined ? ok(null) : await hashNewPassword(password, deps)
  if (!hashed.ok) return hashed
  const now = deps.nowMs()
  const user = {
    id: newId('usr', now),
    accountId,
    email,
    ...emailForms(email),
    name,
    role,
    status: 'active' as const,
    passwordHash: hashed.value,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const changes = userChanges(undefined, user)
  const event = auditEvent('user.create', operator(accountId, caller), now, { changes })
  await fillCanonicalEmails(deps)
  const inserted = await insertUser(deps.db, user, event)
  return inserted === undefined ? err({ reason: 'email_taken' }) : ok(inserted)
}

/** Edits a user. What it takes away holds for the next request, and for those that are still arriving. */
export async function editUser(
  id: string,
  input: Omit<EditUser, 'second_factor'>,
  caller: OperatorCaller,
  deps: UserServiceDeps,
): Promise<Result<UserRow, Refusal>> {
  const { name, role, status, password } = input
  let read = await findUser(deps.db, id)
  const refusal =
    read === undefined ? null : refuseOwnName(password, { ...read, name: name ?? read.name })
  if (refusal !== null) return err(refusal)
  const hashed = password === undefined ? undefined : await hashNewPassword(password, deps)
  if (hashed?.ok === false) return hashed
  const members = {
    ...(name !== undefined && { name }),
    ...(role !== undefined && { role }),
    ...(status !== undefined && { status }),
  }
  for (let tries = 0; tries < TRIES; tries++) {
    if (read === undefined) return err({ reason: 'not_found' })
    const after = { ...read, ...members }
    const changes: Changes = {
      ...userChanges(read, after),
      ...(hashed !== undefined && { password: HIDDEN_PASSWORD }),
    }
    if (Object.keys(changes).length === IDENTIFYING_MEMBERS) return ok(read)
    const change = { ...members, ...(hashed !== undefined && { passwordHash: hashed.value }) }
    const actor = operator(read.accountId, caller)
    const event = auditEvent('user.update', actor, deps.nowMs(), { changes })
    const updated = await updateUser(deps.db, read, change, event)
    if (updated !== undefined) return ok(updated)
    const { version } = read
    read = await findUser(deps.db, id)
    if (read?.version === version) return err({ reason: 'last_owner' })
  }
  return err({ reason: 'version_conflict' })
}

/** Removes the second factor of a user, if there is one. The user's sessions end. */
export async function removeFactorOf(
  user: UserRow,
  caller: OperatorCaller,
  deps: UserServiceDeps,
): Promise<void> {
  const changes = userChanges(user, user)
  const actor = operator(user.accountId, caller)
  const event = auditEvent('second_factor.disable', actor, deps.nowMs(), { changes })
  await removeSecondFactor(deps.db, user.id, null, event)
}

/** Removes a user, with sessions and rights. */
export async function removeUser(
  user: UserRow,
  caller: OperatorCaller,
  deps: UserServiceDeps,
): Promise<Result<null, Refusal>> {
  const changes = userChanges(user, undefined)
  const actor = operator(user.accountId, caller)
  const event = auditEvent('user.delete', actor, deps.nowMs(), { changes })
  if (await deleteUser(deps.db, user, event)) return ok(null)
  const isThere = (await findUser(deps.db, user.id)) !== undefined
  return err({ reason: isThere ? 'last_owner' : 'not_found' })
}

export function emailForms(email: string): EmailForms {
  return { emailKey: legacyEmailKey(email), canonicalEmail: canonicalEmail(email) }
}

function operator(accountId: string, caller: OperatorCaller): Actor {
  return { kind: 'operator', accountId, ...caller }
}

type Shown = Pick<UserRow, 'id' | 'email' | 'name' | 'role' | 'status'>

/** `user_id` and `email` stand in each event, because they say which user it is about. */
const IDENTIFYING_MEMBERS = 2

export function userChanges(before: Shown | undefined, after: Shown | undefined): Changes {
  const changed = (['name', 'role', 'status'] as const).filter((member) => {
    return before?.[member] !== after?.[member]
  })
  const pair = (member: keyof Shown) => [before?.[member] ?? null, after?.[member] ?? null] as const
  return {
    user_id: pair('id'),
    email: pair('email'),
    ...Object.fromEntries(changed.map((member) => [member, pair(member)])),
  }
}
