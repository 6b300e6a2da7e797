// Every view at six widths, light and dark, against pictures that somebody has looked at and approved. They are
// small: what they show is a column that collapses, a part that is missing or elsewhere, a colour that is wrong.
// After a change that is meant, `APPROVE=1 npx vitest run test/browser/pictures.test.ts` writes them anew, and
// each is to be looked at before it is committed.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { pageDirOf } from '../../harness/build.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { connectToBrowser, missingBrowser } from '../support/own-browser.ts'
import { STILL_KEYS, STILL_SESSION } from '../support/still-answers.ts'
import { openStillPage } from '../support/still-page.ts'
import { contactSheets } from './contact-sheet.ts'

const APPROVED = join(PROJECT_DIR, 'test/browser/pictures')
const WIDTHS = [1_440, 1_280, 1_024, 768, 375, 320]
const HEIGHT = 900
const SCHEMES = ['light', 'dark'] as const
/** The share of a picture that may differ: about a word. Another build of the browser draws text otherwise. */
const TOLERANCE = 0.004

const key = `/admin/keys/${STILL_KEYS[0]?.id}`
const CREATED = {
  ...STILL_KEYS[3],
  application_name: 'Call archive',
  enabled: true,
  access_token: `cpk_a${'0aB'.repeat(14)}Q`,
}

async function create(page: Page): Promise<void> {
  await page.getByLabel('Application name').fill('Call archive')
  await page.getByRole('radio', { name: 'Server' }).check()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByLabel('Account password').waitFor()
}

interface View {
  readonly path: string
  /** What is there when the view is complete. */
  readonly shows: string
  readonly open?: (page: Page) => Promise<void>
  readonly answers?: Readonly<Record<string, unknown>>
}

const VIEWS: Readonly<Record<string, View>> = {
  'log-in': { path: '/admin/', shows: 'Log in to My CommPeak', answers: { session: null } },
  list: { path: '/admin/', shows: 'Billing export' },
  empty: {
    path: '/admin/',
    shows: 'Create your first key',
    answers: { keys: { keys: [], next_cursor: null } },
  },
  pending: {
    path: '/admin/',
    shows: 'pending activation',
    answers: {
      keys: { keys: [], next_cursor: null },
      session: { ...STILL_SESSION, account: { ...STILL_SESSION.account, status: 'pending' } },
    },
  },
  key: { path: key, shows: 'Key created' },
  menu: {
    path: '/admin/',
    shows: 'Billing export',
    open: async (page) => {
      await page.setViewportSize({ width: 375, height: HEIGHT })
      await page.getByRole('button', { name: 'Actions for Billing export' }).click()
    },
  },
  'new-key': {
    path: '/admin/keys/new',
    shows: 'Only these networks',
    open: (page) => page.getByRole('radio', { name: 'Only these networks' }).check(),
  },
  'password-question': { path: '/admin/keys/new', shows: 'Only these networks', open: create },
  ready: {
    path: '/admin/keys/new',
    shows: 'Only these networks',
    open: async (page) => {
      await create(page)
      await page.getByLabel('Account password').fill('password')
      await page.getByRole('button', { name: 'Create key' }).click()
      await page.getByText('Your API key is ready').first().waitFor()
    },
    answers: { 'POST keys': CREATED },
  },
  'edit-key': { path: `${key}/edit`, shows: '56 requests' },
  rotate: { path: `${key}/rotate`, shows: 'How long should the old token keep working?' },
  delete: {
    path: '/admin/',
    shows: 'Billing export',
    open: (page) => page.getByRole('button', { name: 'Delete Billing export' }).click(),
  },
  examples: {
    path: '/admin/',
    shows: 'Billing export',
    open: (page) => page.getByRole('button', { name: 'Code examples for Billing export' }).click(),
  },
  activity: { path: '/admin/activity', shows: 'Key created' },
  sessions: { path: '/admin/sessions', shows: 'This session' },
  users: { path: '/admin/users', shows: 'Grace Example' },
  security: {
    path: '/admin/security',
    shows: '8 recovery codes are left.',
    answers: {
      'second-factor': {
        enabled_at: '2026-03-01T08:00:00.000Z',
        recovery_codes_left: 8,
        required: false,
        due: false,
      },
    },
  },
}

describe.skipIf(missingBrowser !== null)('a picture of the page', () => {
  let browser: Browser
  let sheets: Awaited<ReturnType<typeof contactSheets>>
  beforeAll(async () => {
    browser = await connectToBrowser()
    sheets = await contactSheets(browser, WIDTHS, HEIGHT, SCHEMES.length)
  })
  afterAll(() => browser.close())

  it.each(Object.entries(VIEWS))('is as it was approved: %s', async (name, view) => {
    const page = await openView(view)
    const sheet = sheets.newSheet()
    for (const [row, colorScheme] of SCHEMES.entries()) {
      await page.emulateMedia({ colorScheme })
      for (const [column, width] of WIDTHS.entries()) {
        await page.setViewportSize({ width, height: HEIGHT })
        await sheet.add(row, column, await take(page))
      }
    }
    await page.context().close()
    const file = join(APPROVED, `${name}.webp`)
    if (process.env['APPROVE'] !== undefined) {
      mkdirSync(APPROVED, { recursive: true })
      writeFileSync(file, await sheet.toFile())
    }
    const shares = existsSync(file) ? await sheet.compare(readFileSync(file)) : [[1]]
    const different = shares.flatMap((row, index) =>
      row.flatMap((share, column) =>
        share > TOLERANCE
          ? [`${SCHEMES[index]}, ${WIDTHS[column]} px: ${(share * 100).toFixed(1)} % differs`]
          : [],
      ),
    )
    if (different.length > 0) {
      const seen = join(mkdtempSync(join(tmpdir(), 'portal-gateway-picture-')), `${name}.webp`)
      writeFileSync(seen, await sheet.toFile())
      different.push(`the picture is in ${seen}`)
    }
    expect(different).toEqual([])
  })

  async function openView({ path, shows, open, answers = {} }: View): Promise<Page> {
    const page = await openStillPage(browser, pageDirOf(inject('bundleDir')), { answers })
    await page.goto(path)
    await page.addStyleTag({ content: ':root { --mono: Inter }' }) // no font of the machine's own
    await page.getByText(shows).first().waitFor()
    await open?.(page)
    await page.evaluate(() => document.fonts.ready)
    return page
  }

  const take = (page: Page) =>
    page.screenshot({ type: 'jpeg', quality: 90, animations: 'disabled', caret: 'hide' })
})
