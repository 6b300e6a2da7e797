// A Chromium for tests and pictures, without root: from npm on Linux, else one that the system has.

import { arch, platform } from 'node:process'
import sparticuz from '@sparticuz/chromium'
import { type BrowserServer, chromium, type LaunchOptions } from 'playwright-core'

export type BrowserOffer =
  | { readonly kind: 'running'; readonly endpoint: string }
  /** Tests that need it are skipped, and say so. */
  | { readonly kind: 'missing'; readonly why: string }

interface RunningBrowser {
  readonly offer: BrowserOffer
  readonly stop: () => Promise<void>
}

/** One for many users: each connects, and opens contexts of its own. */
export async function startBrowser(): Promise<RunningBrowser> {
  const faults: string[] = []
  for (const choice of CHOICES) {
    try {
      const server = await launch(await choice())
      const offer = { kind: 'running', endpoint: server.wsEndpoint() } as const
      return { offer, stop: () => server.close() }
    } catch (error) {
      faults.push(String(error).split('\n', 1)[0] ?? '')
    }
  }
  const why = `No Chromium for ${platform}-${arch}: ${faults.join('; ')}`
  if (process.env['CI'] !== undefined) throw new Error(why)
  return { offer: { kind: 'missing', why }, stop: () => Promise.resolve() }
}

let unpacked: Promise<string> | undefined

/** The path of the Chromium from npm, which is unpacked to the temporary folder at its first use. */
export async function npmChromium(): Promise<string> {
  if (platform !== 'linux') throw new Error('@sparticuz/chromium is for Linux')
  unpacked ??= sparticuz.executablePath()
  return await unpacked
}

const CHOICES: readonly (() => Promise<LaunchOptions>)[] = [
  async () => ({ executablePath: await npmChromium() }),
  () => Promise.resolve({ channel: 'chrome' }),
  () => Promise.resolve({ channel: 'chromium' }),
]

async function launch(options: LaunchOptions): Promise<BrowserServer> {
  return await chromium.launchServer({
    ...options,
    args: ['--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    chromiumSandbox: false, // it needs root, or user namespaces, which containers often lack
  })
}
