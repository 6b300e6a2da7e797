import { describe, expect, it } from 'vitest'
import { createRefusalBrake, type Newest } from '../../src/gateway/refusal-brake.ts'

const NEWEST: Newest = { ok: true, value: { kind: 'gone', revision: 1, keyId: 'key_1' } }

describe('share()', () => {
  it('lets every request outlive its client, so that none keeps its place', async () => {
    const outliving: Promise<void>[] = []
    const brake = createRefusalBrake({
      limiter: { limit: () => Promise.resolve({ success: false }) },
      later: (promise) => void outliving.push(promise),
      wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
      onFault: () => undefined,
    })
    let asked = 0
    const ask = () => {
      asked++
      return new Promise<Newest>((resolve) => void setTimeout(() => resolve(NEWEST), 1))
    }
    const answers = await Promise.all(Array.from({ length: 250 }, () => brake.share('id', ask)))
    // 200 may wait at once, the one that asks among them; each of them is one that outlives its client.
    expect(answers.filter((answer) => answer === null)).toHaveLength(50)
    expect(outliving).toHaveLength(200)
    expect(asked).toBe(2)
    await Promise.all(outliving)
    expect(await brake.share('id', ask)).toEqual(NEWEST)
  })
})
