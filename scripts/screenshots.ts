// `npm run screenshots`: the pictures of the documents, taken of the real page.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { startBrowser } from '../harness/browser.ts'
import { Failure } from '../harness/failure.ts'
import { PROJECT_DIR } from '../harness/project-dir.ts'
import { type Running, runStart } from './local/run-start.ts'

const FOLDER = join(PROJECT_DIR, 'docs/screenshots')
const KEYS = [
  {
    application_name: 'Billing export',
    application_website: 'https://billing.example.com',
    platform: 'server',
    ip_acl: ['1.1.1.0/24', '2606:4700::/32'],
  },
  { application_name: 'Agent app', platform: 'mobile' },
  {
    application_name: 'Call-centre wallboard',
    application_website: 'https://wallboard.example.com',
    platform: 'web',
    ip_acl: ['1.0.0.1/32', '1.1.1.1/32', '1.1.1.2/32', '1.1.1.3/32'],
  },
]

const dataDir = mkdtempSync(join(tmpdir(), 'portal-gateway-screenshots-'))
const browser = await startBrowser()
try {
  if (browser.offer.kind === 'missing') throw new Failure(browser.offer.why)
  const running = await runStart({ PORT: '0', DATA_DIR: dataDir }, true)
  try {
    mkdirSync(FOLDER, { recursive: true })
    await takeAll(running, browser.offer.endpoint)
  } finally {
    await running.stop()
  }
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
} finally {
  await browser.stop()
  rmSync(dataDir, { recursive: true, force: true })
}

async function takeAll(running: Running, endpoint: string): Promise<void> {
  const chrome = await chromium.connect(endpoint)
  const page = await chrome.newPage({
    viewport: { width: 1280, height: 600 },
    locale: 'en-GB',
    reducedMotion: 'reduce',
    extraHTTPHeaders: { 'CF-Connecting-IP': '1.1.1.1' },
  })
  await page.goto(`${running.url}/admin/`)
  await page.getByLabel('E-mail address').fill(running.email)
  await page.getByLabel('Password').fill(running.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('table').waitFor()
  for (const key of KEYS) await createKey(page, { ...key, password: running.password })
  await page.reload()
  await page.getByText('4 keys').waitFor()
  await take(page, 'list')

  await page.setViewportSize({ width: 1280, height: 720 })
  await page.getByRole('button', { name: 'Add API key' }).click()
  const panel = page.getByRole('dialog', { name: 'Add API key' })
  await panel.getByLabel('Application name').fill('Dialler')
  await panel.getByLabel('Application website').fill('https://dialler.example.com')
  await panel.getByRole('radio', { name: 'Server' }).check()
  await panel.getByRole('button', { name: 'Add my current address' }).click()
  await panel.getByLabel('Address or network').fill('8.8.8.8/24')
  await panel.getByRole('button', { name: 'Add', exact: true }).click()
  await take(page, 'panel')

  await panel.getByRole('button', { name: 'Use 8.8.8.0/24' }).click()
  await panel.getByRole('button', { name: 'Create' }).click()
  await page.getByLabel('Account password').waitFor()
  await take(page, 'prompt')
  await chrome.close()
}

async function createKey(page: Page, input: object): Promise<void> {
  const answer = await page.request.post(new URL('api/v1/keys', page.url()).href, {
    data: input,
    headers: { Origin: new URL(page.url()).origin },
  })
  if (!answer.ok()) throw new Failure(`A key was refused: ${await answer.text()}`)
}

async function take(page: Page, name: string): Promise<void> {
  await page.mouse.move(0, 0)
  await page.screenshot({
    path: join(FOLDER, `${name}.png`),
    animations: 'disabled',
    caret: 'hide',
  })
}
