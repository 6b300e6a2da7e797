import fc from 'fast-check'
import { it } from 'vitest'
import { cidrAgreement } from '../../fuzz/cidr.ts'

// `npm run fuzz -- cidr` runs the same property a million times.
it('agrees with the oracle in 100 000 cases', () => {
  fc.assert(cidrAgreement, { numRuns: 100_000 })
})
