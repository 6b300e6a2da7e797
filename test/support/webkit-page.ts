// The page in WebKit, as a reader finds their way: by role, label and text. Elements are found in the page itself,
// by Testing Library; clicks and keys come from WebDriver, as a hand's do.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Builder, error, Key, type WebDriver, type WebElement } from 'selenium-webdriver'

type Text = string | RegExp
/** How to find an element within another. A text is found exactly, a label by a part of it. */
type Step =
  | readonly ['role', string, (Text | undefined)?]
  | readonly ['label' | 'text', Text]
  | readonly ['css', string]

export interface Target {
  readonly role: (role: string, name?: Text) => Target
  readonly label: (text: string) => Target
  readonly text: (text: Text) => Target
  readonly css: (selector: string) => Target
  /** Waits until there is one, and gives it; rejects where there are several. */
  readonly find: () => Promise<WebElement>
  /** Waits until there is none. */
  readonly isGone: () => Promise<void>
  readonly click: () => Promise<void>
  /** Types in place of what the field holds. */
  readonly fill: (text: string) => Promise<void>
  /** Presses one key, or several at once. */
  readonly press: (...keys: readonly string[]) => Promise<void>
  /** What a function body returns; `element` is the element. */
  readonly evaluate: <Value>(body: string) => Promise<Value>
}

export interface WebkitPage extends Target {
  readonly driver: WebDriver
  readonly resize: (width: number, height: number) => Promise<void>
  /** What went wrong in the page since it was loaded: errors, rejections, and violations of its CSP. */
  readonly faults: () => Promise<string[]>
  readonly close: () => Promise<void>
}

const WITHIN_MS = 10_000

const LIBRARY_FILE = '@testing-library/dom/dist/@testing-library/dom.umd.min.js'
const LIBRARY = readFileSync(createRequire(import.meta.url).resolve(LIBRARY_FILE), 'utf8')
const WATCH = `
window.pageFaults = []
addEventListener('error', (event) => pageFaults.push(event.message))
addEventListener('unhandledrejection', (event) => pageFaults.push(String(event.reason)))
addEventListener('securitypolicyviolation', (event) => pageFaults.push(event.violatedDirective))
`

/**
 * Runs in the page until the steps lead to one element, or to none where none is wanted, and until that is drawn: WebKit
 * moves the focus to a field with `autofocus` when it draws it, also away from another field.
 */
const SEARCH = `
const [steps, isWanted, timeout, done] = arguments
const isDrawn = () => new Promise((resolve) => requestAnimationFrame(resolve))
const { queryAllByLabelText, queryAllByRole, queryAllByText, waitFor } = TestingLibraryDom
const toText = (text) => (text?.source === undefined ? text : new RegExp(text.source, text.flags))
const find = {
  role: (container, role, name) => queryAllByRole(container, role, name === null ? {} : { name: toText(name) }),
  label: (container, text) => queryAllByLabelText(container, toText(text), { exact: false }),
  text: (container, text) => queryAllByText(container, toText(text)),
  css: (container, selector) => [...container.querySelectorAll(selector)],
}
const check = () => {
  const found = steps.reduce(
    (within, [kind, what, name = null]) => within.flatMap((each) => find[kind](each, what, name)),
    [document.body],
  )
  if (found.length !== (isWanted ? 1 : 0)) throw new Error(found.length + ' elements')
  return found[0] ?? null
}
waitFor(check, { container: document, timeout, onTimeout: (fault) => fault })
  .then(async (found) => (await isDrawn(), found))
  .then(done, (fault) => done(fault.message))
`

/** The text of the page, and what its fields hold. */
const SHOWN = `
const fields = [...document.querySelectorAll('input')]
return [document.body.innerText, ...fields.map(({ type, value }) => type + ' field: ' + value)].join('\\n')
`

/** Opens a window by the WebKitWebDriver at `url`. */
export async function openWebkitPage(url: string): Promise<WebkitPage> {
  const driver = await new Builder()
    .usingServer(url)
    .withCapabilities({ browserName: 'MiniBrowser' })
    .build()
  await driver.manage().setTimeouts({ script: 2 * WITHIN_MS })
  return {
    ...targetOf(driver, []),
    driver,
    async resize(width, height) {
      await driver.manage().window().setRect({ width, height })
    },
    faults: () => driver.executeScript('return window.pageFaults ?? []'),
    close: () => driver.quit(),
  }
}

function targetOf(driver: WebDriver, steps: readonly Step[]): Target {
  const within = (...step: Step) => targetOf(driver, [...steps, step])

  async function search(isWanted: boolean): Promise<WebElement> {
    const isLoaded = await driver.executeScript<boolean>('return "TestingLibraryDom" in window')
    if (!isLoaded) await driver.executeScript(LIBRARY + WATCH)
    const found = await driver.executeAsyncScript<WebElement | string>(
      SEARCH,
      steps.map(toPlain),
      isWanted,
      WITHIN_MS,
    )
    if (typeof found !== 'string') return found
    const shown = await driver.executeScript<string>(SHOWN)
    throw new Error(`${found}: ${steps.map(String).join(' > ')}, but the page shows:\n${shown}`)
  }

  /** Searches again where the page is drawn anew between the search and the deed. */
  async function act<Value>(deed: (element: WebElement) => Promise<Value>): Promise<Value> {
    const deadline = Date.now() + WITHIN_MS
    for (;;) {
      const element = await search(true)
      try {
        return await deed(element)
      } catch (fault) {
        if (!isPassing(fault) || Date.now() > deadline) throw fault
      }
    }
  }

  return {
    role: (role, name) => within('role', role, name),
    label: (text) => within('label', text),
    text: (text) => within('text', text),
    css: (selector) => within('css', selector),
    find: () => search(true),
    async isGone() {
      await search(false)
    },
    click: () => act((element) => element.click()),
    fill: (text) =>
      act(async (element) => {
        const isEmpty = (await element.getProperty('value')) === ''
        // In a call of its own, since keys after a chord get lost.
        if (!isEmpty) await element.sendKeys(Key.chord(Key.CONTROL, 'a'))
        await element.sendKeys(text)
        // A driver loses a key now and then.
        if ((await element.getProperty('value')) !== text) throw new LostKeysError()
      }),
    press: (...keys) =>
      act((element) => element.sendKeys(keys.length === 1 ? (keys[0] ?? '') : Key.chord(...keys))),
    evaluate: (body) =>
      act((element) => driver.executeScript(`const [element] = arguments; ${body}`, element)),
  }
}

class LostKeysError extends Error {}

function isPassing(fault: unknown): boolean {
  return (
    fault instanceof LostKeysError ||
    fault instanceof error.StaleElementReferenceError ||
    fault instanceof error.ElementClickInterceptedError ||
    fault instanceof error.ElementNotInteractableError
  )
}

/** As JSON, for the page. */
function toPlain(step: Step): unknown[] {
  return step.map((part) =>
    part instanceof RegExp ? { source: part.source, flags: part.flags } : (part ?? null),
  )
}
