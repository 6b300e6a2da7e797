// The WebKit of one test file. It is not installed by npm, so the tests in it are skipped where it is missing, but
// not where a change is checked.

import { env } from 'node:process'
import {
  missingWebkit as findMissing,
  startWebkit,
  type WebkitOptions,
} from '../../harness/webkit.ts'
import { openWebkitPage, type WebkitPage } from './webkit-page.ts'

/** Why the tests in WebKit are skipped, if they are. */
export const missingWebkit = (() => {
  const why = findMissing()
  if (why !== null && env['CI'] !== undefined) throw new Error(why)
  return why
})()

export interface OwnWebkit extends WebkitPage {
  /** The folder that files are saved in. */
  readonly downloads: string
}

/** Starts a WebKit with one window; `close` ends both. */
export async function openWebkit(options?: WebkitOptions): Promise<OwnWebkit> {
  const webkit = await startWebkit(options)
  const page = await openWebkitPage(webkit.url).catch(async (fault: unknown) => {
    await webkit.stop()
    throw fault
  })
  return {
    ...page,
    downloads: webkit.downloads,
    async close() {
      await page.close().finally(() => webkit.stop())
    },
  }
}
