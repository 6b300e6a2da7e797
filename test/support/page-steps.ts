// What a customer does on the page, as the tests say it.

import type { Locator, Page } from 'playwright-core'

export const addButton = (page: Page): Locator => page.getByRole('button', { name: 'Add API key' })

/** The panel of a new key or of one that is edited. */
export const panelOf = (page: Page): Locator => page.getByRole('dialog', { name: 'API key' })

export const promptOf = (page: Page): Locator =>
  page.getByRole('dialog', { name: 'Confirm your identity' })

export function rowOf(page: Page, name: string): Locator {
  const named = page.getByRole('rowheader').getByText(name, { exact: true })
  return page.getByRole('row').filter({ has: named })
}

export async function openPanel(page: Page): Promise<Locator> {
  await addButton(page).click()
  await panelOf(page).waitFor()
  return panelOf(page)
}

/** Fills what is required. */
export async function fillKey(page: Page, name: string): Promise<void> {
  await panelOf(page).getByLabel('Application name').fill(name)
  await choosePlatform(page, 'Server')
}

export async function choosePlatform(page: Page, name: string): Promise<void> {
  await panelOf(page).getByRole('radio', { name, exact: true }).check()
}

export async function addEntry(page: Page, entry: string): Promise<void> {
  await panelOf(page).getByLabel('Address or network').fill(entry)
  await panelOf(page).getByRole('button', { name: 'Add', exact: true }).click()
}

/** Clicks Create or Save changes. */
export async function submit(page: Page): Promise<void> {
  await panelOf(page).locator('button[type=submit]').click()
}

/** Keeps back the next answer from such a URL; what it answers lets it go, and waits until it is drawn. */
export async function holdAnswer(page: Page, url: string): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>()
  await page.route(
    url,
    async (route) => {
      const response = await route.fetch()
      await held.promise
      await route.fulfill({ response })
    },
    { times: 1 },
  )
  return async () => {
    const arrival = page.waitForResponse(url)
    held.resolve()
    await (await arrival).finished()
    await page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    )
  }
}

/** What is said for everybody to see, as `where` shows it: the page, or a dialog over it. */
export const noticeOf = (where: Page | Locator, text: string): Locator =>
  where.locator('.notice.danger').filter({ hasText: text })

/** Enters the password in the prompt, and waits until the prompt is gone. */
export async function confirm(page: Page, password: string): Promise<void> {
  await enterPassword(page, password)
  await promptOf(page).waitFor({ state: 'detached' })
}

export async function enterPassword(page: Page, password: string): Promise<void> {
  await promptOf(page).getByLabel('Account password').fill(password)
  await promptOf(page).locator('button[type=submit]').click()
}

export async function createKey(page: Page, name: string, password: string): Promise<void> {
  await openPanel(page)
  await fillKey(page, name)
  await submit(page)
  await confirm(page, password)
  await finish(page)
  await rowOf(page, name).waitFor()
}

/** Closes the panel that gives the token of a new key. */
export async function finish(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Done' }).click()
  await panelOf(page).waitFor({ state: 'detached' })
}

export async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('button', { name: 'Log out' }).click()
}
