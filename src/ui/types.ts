// What the admin API answers and takes, as the API itself declares it.

import type * as z from 'zod'
import type {
  DenialAnswer,
  EnforcementAnswer,
  Fault,
  ipAclCheck,
  KeyAnswer,
  sessionAnswer,
} from '../admin/answers.ts'
import type { createKeyBody } from '../admin/schemas.ts'

export type Key = Readonly<KeyAnswer>
export type IpAclMode = Key['ip_acl_mode']
export type AddressCheck = Readonly<z.infer<typeof ipAclCheck>>
export type Denial = DenialAnswer
export type Enforcement = EnforcementAnswer
export type { Fault }

export interface Session extends Readonly<z.infer<typeof sessionAnswer>> {
  /** Where the API documentation is, when the deployment names it. */
  readonly documentation?: string
}

/** What a customer writes about a key. */
export interface KeyInput extends Readonly<
  Omit<z.infer<typeof createKeyBody>, 'password' | 'ip_acl'>
> {
  readonly ip_acl: readonly string[]
}
