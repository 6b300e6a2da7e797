import { describe, expect, it } from 'vitest'
import { createLocationClocks } from './location-clocks.ts'

const SLACK = 50

function start() {
  let nowMs = 1_000
  const clocks = createLocationClocks(() => nowMs)
  const passing = async (ms: number) => void (nowMs += ms)
  return { ...clocks, passing }
}

describe('createLocationClocks()', () => {
  it('shows the true time of a clock that nobody has turned', async () => {
    const { watch, passing } = start()
    const shown = watch('ams')
    await passing(200)
    expect(shown()).toEqual({ leastMs: 1_000 - SLACK, mostMs: 1_200 + SLACK })
  })

  it('shows what a clock can have shown before it was turned, and after', async () => {
    const { watch, turn, passing } = start()
    const shown = watch('ams')
    await turn({ ams: { stepMs: 5_000 } }, () => passing(100))
    expect(shown()).toEqual({ leastMs: 1_000 - SLACK, mostMs: 6_100 + SLACK })
    const later = watch('ams')
    await passing(10)
    expect(later()).toEqual({ leastMs: 6_100 - SLACK, mostMs: 6_110 + SLACK })
    expect(watch('fra')()).toEqual({ leastMs: 1_110 - SLACK, mostMs: 1_110 + SLACK })
  })

  it('knows what a clock that was set back has shown before', async () => {
    const { watch, turn, passing } = start()
    const shown = watch('ams')
    await passing(300)
    await turn({ ams: { stepMs: -5_000 } }, () => passing(0))
    expect(shown()).toEqual({ leastMs: -3_700 - SLACK, mostMs: 1_300 + SLACK })
  })

  it('does not know when within a command a clock began to stand', async () => {
    const { watch, turn, passing } = start()
    await turn({ ams: { stands: true } }, () => passing(400))
    expect(watch('ams')()).toEqual({ leastMs: 1_000 - SLACK, mostMs: 1_400 + SLACK })
  })

  it('covers a clock while it is being turned', async () => {
    const { watch, turn } = start()
    await turn({ ams: { stepMs: 900 } }, async () => {
      expect(watch('ams')()).toEqual({ leastMs: 1_000 - SLACK, mostMs: 1_900 + SLACK })
    })
  })
})
