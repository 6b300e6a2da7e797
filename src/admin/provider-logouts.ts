// The names of logouts at the identity provider. A logout names a session there, a person, or both. A log-in compares
// its own names with those of the logouts that came since it was begun.

import type { Person } from '../identity/person.ts'
import type { KeyRing } from '../keys/key-ring.ts'
import { keyedHashes } from './keyed-hash.ts'

/** What a logout names; null for what it leaves out. */
interface NamedLogout {
  readonly issuer: string
  readonly sid: string | null
  readonly subject: string | null
}

/** The hash that a logout is kept under. */
export async function logoutHashOf(logout: NamedLogout, ring: KeyRing): Promise<string> {
  const [hash = ''] = await hashesOf(logout, ring)
  return hash
}

/** Those of each logout that would end a log-in of this person. */
export async function logoutHashes(
  { issuer, sid, subject }: Pick<Person, 'issuer' | 'sid' | 'subject'>,
  ring: KeyRing,
): Promise<string[]> {
  const ofPerson = { issuer, sid: null, subject }
  const ofSession = [
    { issuer, sid, subject: null },
    { issuer, sid, subject },
  ]
  const named = sid === null ? [ofPerson] : [ofPerson, ...ofSession]
  return (await Promise.all(named.map((logout) => hashesOf(logout, ring)))).flat()
}

async function hashesOf({ issuer, sid, subject }: NamedLogout, ring: KeyRing): Promise<string[]> {
  return await keyedHashes(JSON.stringify(['provider logout', issuer, sid, subject]), ring)
}
