// What the page keeps to itself: tokens, and everything that others wrote.

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { missingBrowser } from '../support/own-browser.ts'
import { usePages } from '../support/page-rig.ts'
import {
  confirm,
  createKey,
  enterPassword,
  holdAnswer,
  noticeOf,
  promptOf,
  rowOf,
} from '../support/page-steps.ts'

describe.skipIf(missingBrowser !== null)('the page', () => {
  const pages = usePages()
  let customer: Customer
  beforeAll(async () => {
    customer = await pages.rig.customer()
  })

  async function openWith(name: string) {
    const { token } = await customer.createKey({ application_name: name })
    const page = await pages.open({ customer })
    return { page, token }
  }

  async function reveal(page: Page, name: string, password: string) {
    await page.getByRole('button', { name: `Show the access token of ${name}` }).click()
    await confirm(page, password)
    await rowOf(page, name).getByText(/^cpk_/).waitFor()
  }

  it('hides a token by itself after 60 seconds', async () => {
    const { page, token } = await openWith('Timed')
    await page.clock.install()
    await reveal(page, 'Timed', customer.password)
    await page.clock.runFor(50_000)
    expect(await page.content()).toContain(token)
    await page.clock.runFor(10_000)
    await rowOf(page, 'Timed').getByText('********').waitFor()
    expect(await page.content()).not.toContain(token)
    await page.getByText('The access token is hidden.').waitFor()
  })

  it.each(['visibilitychange', 'pagehide'])(
    'hides a token when nobody looks (%s)',
    async (type) => {
      const { page, token } = await openWith(`Unseen ${type}`)
      await reveal(page, `Unseen ${type}`, customer.password)
      await page.evaluate((name) => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
        const target = name === 'pagehide' ? window : document
        target.dispatchEvent(new Event(name))
      }, type)
      await rowOf(page, `Unseen ${type}`).getByText('********').waitFor()
      expect(await page.content()).not.toContain(token)
    },
  )

  it('shows one token at a time', async () => {
    const { page, token } = await openWith('One')
    await customer.createKey({ application_name: 'Two' })
    await page.reload()
    await reveal(page, 'One', customer.password)
    await reveal(page, 'Two', customer.password)
    expect(await page.content()).not.toContain(token)
  })

  it('copies a token for the password, without showing it', async () => {
    const { page, token } = await openWith('Copied')
    await page.getByRole('button', { name: 'Copy the access token of Copied' }).click()
    await confirm(page, customer.password)
    await page.getByTitle('Copied to the clipboard').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token)
    expect(await page.content()).not.toContain(token)
  })

  it.each(['Show', 'Copy'])(
    'gets no token that is not wanted any more when it comes (%s)',
    async (verb) => {
      const { page, token } = await openWith(`Unwanted ${verb}`)
      await page.evaluate(() => navigator.clipboard.writeText(''))
      const ask = (of: string) =>
        page.getByRole('button', { name: `${of} the access token of Unwanted ${verb}` }).click()
      await ask(verb)
      const letGo = await holdAnswer(page, '**/reveal')
      await enterPassword(page, customer.password)
      await page.keyboard.press('Escape')
      await promptOf(page).waitFor({ state: 'detached' })
      await ask('Show')
      await promptOf(page).waitFor()
      await letGo()
      expect(await page.content()).not.toContain(token)
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('')
      expect(await promptOf(page).isVisible()).toBe(true)
      await confirm(page, customer.password)
      await rowOf(page, `Unwanted ${verb}`).getByText(token).waitFor()
    },
  )

  it('does not show a token that comes when the tab was left', async () => {
    const { page, token } = await openWith('Left')
    await page.getByRole('button', { name: 'Show the access token of Left' }).click()
    const letGo = await holdAnswer(page, '**/reveal')
    await enterPassword(page, customer.password)
    await page.evaluate((prefix) => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
      new MutationObserver(() => {
        if (document.body.textContent.includes(prefix)) document.title = 'seen'
      }).observe(document.body, { childList: true, subtree: true, characterData: true })
    }, token)
    await letGo()
    await promptOf(page).waitFor({ state: 'detached' })
    expect(await page.title()).not.toBe('seen')
    await page.getByText('The access token is hidden.').waitFor()
  })

  it('does not hold a new token in memory for longer than a shown one', async () => {
    const { page } = await openWith('Old')
    await page.clock.install()
    await createKey(page, 'Fresh', customer.password)
    await page.clock.runFor(60_000)
    await page.getByRole('button', { name: 'Copy the access token of Fresh' }).click()
    await page.getByLabel('Account password').waitFor()
  })

  it('says so where the browser does not let it copy', async () => {
    const { page } = await openWith('Denied')
    await page.evaluate(() => {
      const refuse = () => Promise.reject(new DOMException('', 'NotAllowedError'))
      Object.assign(navigator.clipboard, { write: refuse, writeText: refuse })
    })
    await page.getByRole('button', { name: 'Copy the access token of Denied' }).click()
    await confirm(page, customer.password)
    await noticeOf(page, 'Your browser did not let the page copy').waitFor()
    await page.getByRole('button', { name: 'Code examples for Denied' }).click()
    const dialog = page.getByRole('dialog', { name: 'Code examples for Denied' })
    await dialog.getByRole('button', { name: 'Copy as shown' }).click()
    await noticeOf(dialog, 'Your browser did not let the page copy').waitFor()
  })

  it('leaves no token and no password in a URL, a store of the browser, or a log', async () => {
    const { page, token } = await openWith('Traceless')
    const traces: string[] = []
    page.on('console', (message) => traces.push(message.text()))
    page.on('request', (request) => traces.push(request.url()))
    await reveal(page, 'Traceless', customer.password)
    await createKey(page, 'Another', customer.password)
    await page.getByRole('button', { name: 'Code examples for Traceless' }).click()
    const kept = await page.evaluate(async () =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        location.href,
        history.state,
        (await indexedDB.databases()).length,
        await caches.keys(),
      ]),
    )
    const all = [...traces, ...pages.rig.logs, kept].join('\n')
    expect(all).not.toContain(token)
    expect(all).not.toContain('cpk_')
    expect(all).not.toContain(customer.password)
    expect(kept).toBe(JSON.stringify([{}, {}, '', `${pages.rig.url}/admin/`, null, 0, []]))
  })

  it('takes what others wrote as text', async () => {
    const name = '<img src=x onerror=alert(1)>"\'&{}'
    const { page } = await openWith(name)
    page.on('dialog', (dialog) => {
      throw new Error(`Scripted: ${dialog.message()}`)
    })
    await rowOf(page, name).waitFor()
    await page.getByRole('button', { name: `Code examples for ${name}` }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: `Edit ${name}` }).click()
    expect(await page.getByLabel('Application name').inputValue()).toBe(name)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: `Delete ${name}` }).click()
    await page.getByRole('heading', { name: `Delete ${name}?` }).waitFor()
    await page.keyboard.press('Escape')
    await reveal(page, name, customer.password)
    expect(await page.locator('img').count()).toBe(0)
  })

  it('opens a website apart, without telling it where from', async () => {
    const application_website = 'https://example.com/?a="><script>alert(1)</script>'
    await customer.createKey({ application_name: 'Linked', application_website })
    const page = await pages.open({ customer })
    const link = rowOf(page, 'Linked').getByRole('link', { name: 'example.com' })
    expect(await link.getAttribute('href')).toBe(application_website)
    expect(await link.getAttribute('rel')).toContain('noopener noreferrer')
    expect(await page.locator('td script, th script').count()).toBe(0)
  })

  it('asks nobody but the gateway, and nothing there but itself and the admin API', async () => {
    const urls = new Set<string>()
    const page = await pages.open({ customer })
    page.on('request', (request) => urls.add(request.url().replace(/\?.*/, '')))
    await page.reload()
    await createKey(page, 'More', customer.password)
    const paths = [...urls].map((url) => url.replace(pages.rig.url, ''))
    expect(
      paths.filter(
        (path) => !/^\/admin\/(?:|assets\/[\w-]+\.\w+|api\/v1\/(?:session|keys))$/.test(path),
      ),
    ).toEqual([])
    expect(pages.rig.upstream.received).toEqual([])
  })

  it('is served with a policy that allows no inline script, no frame and no string as script', async () => {
    const answer = await pages.rig.send('/admin/')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy.split('; ').toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "font-src 'self'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self'",
      "require-trusted-types-for 'script'",
      "script-src 'self'",
      "style-src 'self'",
      "trusted-types 'none'",
    ])
    expect(answer.text).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=/)
  })

  it('takes no HTML and no script as a string', async () => {
    const page = await pages.open({ customer, allowed: /TrustedHTML|TrustedScript|inline script/ })
    const outcome = await page.evaluate(() => {
      const attempts = [
        () => (document.body.innerHTML = '<b>hello</b>'),
        () => (document.createElement('script').text = 'document.title = "taken over"'),
        () => document.body.setAttribute('onclick', 'document.title = "taken over"'),
      ]
      for (const attempt of attempts) {
        try {
          attempt()
        } catch {
          continue
        }
      }
      document.body.click()
      return [document.title, document.querySelectorAll('b').length]
    })
    expect(outcome).toEqual(['API Keys · CommPeak', 0])
  })

  it('keeps hashed files for long, and the page and the API not at all', async () => {
    const page = await pages.rig.send('/admin/')
    const script = /src="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const files = await pages.rig.send(script)
    expect(files.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(page.headers['cache-control']).toContain('max-age=0')
    const session = await pages.rig.send('/admin/api/v1/session')
    expect(session.headers['cache-control']).toBe('no-store')
    expect((await pages.rig.send('/assets/index.js')).status).toBe(401)
  })
})
