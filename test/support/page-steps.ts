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
  await panelOf(page).getByLabel('Platform').selectOption('Server')
}

export async function addEntry(page: Page, entry: string): Promise<void> {
  await panelOf(page).getByLabel('Address or network').fill(entry)
  await panelOf(page).getByRole('button', { name: 'Add', exact: true }).click()
}

/** Clicks Create or Save changes. */
export async function submit(page: Page): Promise<void> {
  await panelOf(page).locator('button[type=submit]').click()
}

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
  await rowOf(page, name).waitFor()
}
