import fc from 'fast-check'
import { it } from 'vitest'
import { startRequestFuzz } from '../../fuzz/request.ts'

// `npm run fuzz -- request` runs the same property a million times.
it('agrees with the oracle on 3 000 mutated request heads', async () => {
  const { property, stop } = await startRequestFuzz()
  try {
    await fc.assert(property, { numRuns: 3_000 })
  } finally {
    stop()
  }
})
