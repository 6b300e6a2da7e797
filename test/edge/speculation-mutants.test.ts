// The ground can see: a worker whose GETs go on, or begin, after an answer of the authority that refuses them is found
// by what speculation.test.ts does.

import { describe, expect, it } from 'vitest'
import { patchOnce } from './patch-bundle.ts'
import { openScene } from './scene.ts'
import { ending, refuseLateKv } from './speculations.ts'

/** Each rule is broken by itself: none of these acts needs two of them. */
const scene = openScene({
  patch(bundle) {
    const late = patchOnce(bundle, /&& !\w+\.isAnswered;/, ';')
    return patchOnce(late, /if \(!access\w*\.ok\) end\w*\(\);/, '')
  },
})

/** In calls of the world, each of which takes longer than an end. */
const MUCH_LATER = 10

describe('a worker is seen', () => {
  it('to send on a GET after its authority has answered', async () => {
    await refuseLateKv(scene)
    expect(scene.ground.upstream.received).toHaveLength(1)
  })

  it('to let a GET go on that its authority has refused', async () => {
    const { isEnded, release } = await ending(scene)
    for (let i = 0; i < MUCH_LATER; i++) await scene.ground.command({})
    const { inFlight } = await scene.ground.command({})
    expect([isEnded(), inFlight.includes('libSQL from fra')]).toEqual([false, true])
    await release()
    await expect.poll(isEnded).toBe(true)
  })
})
