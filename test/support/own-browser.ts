// The browser of the process that runs this file. Files that run at the same time have one each, because all pages of
// a browser share its clipboard.

import { env } from 'node:process'
import { type Browser, chromium } from 'playwright-core'
import { inject } from 'vitest'
import type { BrowserOffer } from '../../harness/browser.ts'

/** Vitest counts its processes from 1. */
function ownOffer(): BrowserOffer {
  const offers = inject('browsers')
  const offer = offers[Number(env['VITEST_POOL_ID']) - 1] ?? offers[0]
  return offer ?? { kind: 'missing', why: 'None was started' }
}

/** Why the tests of the page are skipped, if they are. */
export const missingBrowser = (() => {
  const offer = ownOffer()
  return offer.kind === 'missing' ? offer.why : null
})()

/** Rejects where there is none. */
export async function connectToBrowser(): Promise<Browser> {
  const offer = ownOffer()
  if (offer.kind === 'missing') throw new Error(offer.why)
  return await chromium.connect(offer.endpoint)
}
