// A gateway whose people log in at a provider that lies when it is told to, and new people of both.

import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type LyingProvider, startLyingProvider } from './lying-provider.ts'
import { type Rig, startRig } from './rig.ts'
import { createWalker, type Walker } from './walker.ts'

export interface OidcRig {
  readonly rig: Rig
  readonly provider: LyingProvider
  /** The claims of whoever comes to the provider next. */
  person: Record<string, unknown>
  /** An account, and a person of it who is about to log in. */
  readonly newPerson: (role?: string) => Promise<{ accountId: string; walker: Walker }>
  /** A person of a new account, who is logged in. */
  readonly loggedIn: () => Promise<Walker>
}

/** For the tests of a file: there from their `beforeAll` on. The provider tells the truth again after each test. */
export function useOidcRig(): OidcRig {
  let started: { readonly rig: Rig; readonly provider: LyingProvider } | undefined
  let count = 0
  function running() {
    if (started === undefined) throw new Error('The gateway is there from beforeAll on')
    return started
  }
  beforeAll(async () => {
    const provider = await startLyingProvider(() => oidc.person)
    started = { rig: await startRig({ variables: provider.variables }), provider }
  })
  afterEach(() => {
    running().provider.lies = {}
  })
  afterAll(async () => {
    await started?.rig.stop()
    await started?.provider.stop()
  })

  const oidc: OidcRig = {
    get rig() {
      return running().rig
    },
    get provider() {
      return running().provider
    },
    person: {},
    async newPerson(role = 'owner') {
      const n = (count += 1)
      const created = await oidc.rig.operator('POST', '/accounts', {
        email: `contact-${n}@example.com`,
        name: `Account ${n}`,
        status: 'active',
        external_id: `crm-${n}`,
      })
      expect(created.status, created.text).toBe(201)
      oidc.person = {
        sub: `person-${n}`,
        account_id: `crm-${n}`,
        role,
        email: `person-${n}@example.com`,
        name: `Person ${n}`,
        sid: `sid-${n}`,
      }
      return { accountId: String(created.json['id']), walker: createWalker(oidc.rig.url) }
    },
    async loggedIn() {
      const { walker } = await oidc.newPerson()
      await walker.logIn()
      return walker
    },
  }
  return oidc
}
