// What the view of a key says while its token is rotated, of answers that a few requests do not make.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pageDirOf } from '../../harness/build.ts'
import { connectToBrowser, missingBrowser } from '../support/own-browser.ts'
import { NOW_MS, STILL_KEYS } from '../support/still-answers.ts'
import { openStillPage } from '../support/still-page.ts'

const minutesAgo = (minutes: number) => new Date(NOW_MS - minutes * 60_000).toISOString()
const [first] = STILL_KEYS
const key = {
  ...first,
  rotation: { started_at: minutesAgo(90), ends_at: '2026-06-16T09:00:00Z' },
}
const used = (address: string, allowed: number, refused: number) => ({
  address,
  allowed,
  refused,
  first_at: minutesAgo(80),
  last_at: minutesAgo(3),
})

const USE = {
  old: {
    last_used_at: minutesAgo(3),
    requests_last_hour: 12_480,
    addresses: [used('203.0.113.9', 0, 56), used('1.1.1.7', 12_000, 0), used('1.1.1.8', 1, 4)],
  },
  new: { last_used_at: null, requests_last_hour: 0, addresses: [] },
}

describe.skipIf(missingBrowser !== null)('a key that is rotated', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await connectToBrowser()
  })
  afterAll(() => browser.close())

  it('names the addresses that use the old token, and none that was only refused', async () => {
    const page = await openStillPage(browser, pageDirOf(inject('bundleDir')), {
      answers: {
        keys: { keys: [key], next_cursor: null },
        [`keys/${first?.id}`]: key,
        [`keys/${first?.id}/rotation`]: USE,
      },
    })
    await page.goto(`/admin/keys/${first?.id}`)
    const card = page.getByRole('region', { name: 'Rotation' })
    await card.getByText('ago from 1.1.1.7, 12,480 requests in the last hour.').waitFor()
    expect(await card.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(/^1\.1\.1\.7\s*12,000 requests, the last 10:27$/),
      expect.stringMatching(/^1\.1\.1\.8\s*one request, 10:27$/),
    ])
    await page.context().close()
  })
})
