// Users that come from an identity provider. Issuer and `sub` identify a user. The first log-in makes the user, and
// each log-in sets the e-mail address, the name and the role that the provider gives.

import { findAccountByExternalId, findUserBySubject } from '../db/identity-queries.ts'
import type { Database } from '../db/client.ts'
import { insertUser, updateUser, type UserRow, type UserWithAccount } from '../db/user-queries.ts'
import type { Person } from '../identity/person.ts'
import type { OidcSettings } from '../identity/settings.ts'
import { newId } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { type Actor, auditEvent } from './audit.ts'
import type { Refusal } from './refusal.ts'
import { userChanges } from './user-service.ts'

export interface PersonDeps {
  readonly db: Database
  readonly nowMs: () => number
}

/** A try fails only if another change succeeded meanwhile, so a few are enough. */
const TRIES = 5

/** The user that a person is, or why there is none. `address`: the client's, for the audit. */
export async function toUser(
  person: Person,
  { accountClaim, roleClaim }: OidcSettings,
  address: string | null,
  deps: PersonDeps,
): Promise<Result<UserWithAccount, Refusal>> {
  const { externalId, role } = person
  if (externalId === null) return err({ reason: 'account_unknown', claim: accountClaim })
  for (let tries = 0; tries < TRIES; tries++) {
    const account = await findAccountByExternalId(deps.db, externalId)
    const known = await findUserBySubject(deps.db, person)
    if (known !== undefined && known.account.id !== account?.id) {
      return err({ reason: 'account_mismatch' })
    }
    if (account === undefined) return err({ reason: 'account_unknown', claim: accountClaim })
    if (role === null) return err({ reason: 'role_unknown', claim: roleClaim })
    if (known?.user.status === 'disabled') return err({ reason: 'user_disabled' })
    const user =
      known === undefined
        ? await makeUser({ ...person, role }, account.id, address, deps)
        : await refreshUser(known.user, { ...person, role }, address, deps)
    if (user !== undefined) return ok({ account, user })
  }
  return err({ reason: 'version_conflict' })
}

type Known = Person & { readonly role: UserRow['role'] }

/** Undefined if another log-in made the user meanwhile. */
async function makeUser(
  { issuer, subject, email, name, role }: Known,
  accountId: string,
  address: string | null,
  deps: PersonDeps,
): Promise<UserRow | undefined> {
  const now = deps.nowMs()
  const user = {
    id: newId('usr', now),
    accountId,
    email,
    name,
    role,
    status: 'active' as const,
    issuer,
    subject,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const actor: Actor = { kind: 'customer', accountId, address, user: { id: user.id, email } }
  const changes = userChanges(undefined, user)
  return await insertUser(deps.db, user, auditEvent('user.create', actor, now, { changes }))
}

/** Undefined if the user changed meanwhile. A lower role ends the other sessions, also those of the last owner. */
async function refreshUser(
  read: UserRow,
  { email, name, role }: Known,
  address: string | null,
  deps: PersonDeps,
): Promise<UserRow | undefined> {
  const after = { ...read, email, name, role }
  if (read.email === email && read.name === name && read.role === role) return read
  const { id, accountId } = read
  const actor: Actor = { kind: 'customer', accountId, address, user: { id, email } }
  const changes = userChanges(read, after)
  const event = auditEvent('user.update', actor, deps.nowMs(), { changes })
  return await updateUser(deps.db, read, { email, name, role }, event, false)
}
