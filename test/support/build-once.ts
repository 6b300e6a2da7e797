import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildProduct } from '../../harness/build.ts'
import { type BrowserOffer, startBrowser } from '../../harness/browser.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the built worker and page are: what is tested is what is deployed. */
    bundleDir: string
    browser: BrowserOffer
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bundleDir = mkdtempSync(join(tmpdir(), 'portal-gateway-bundle-'))
  const [browser] = await Promise.all([startBrowser(), buildProduct(bundleDir)])
  project.provide('bundleDir', bundleDir)
  project.provide('browser', browser.offer)
  return async () => {
    await browser.stop()
    rmSync(bundleDir, { recursive: true })
  }
}
