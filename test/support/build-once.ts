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
    /** One for each process that runs tests, see own-browser.ts. */
    browsers: readonly BrowserOffer[]
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bundleDir = mkdtempSync(join(tmpdir(), 'portal-gateway-bundle-'))
  const starting = Array.from({ length: project.vitest.config.maxWorkers }, startBrowser)
  const [browsers] = await Promise.all([Promise.all(starting), buildProduct(bundleDir)])
  project.provide('bundleDir', bundleDir)
  project.provide(
    'browsers',
    browsers.map(({ offer }) => offer),
  )
  return async () => {
    await Promise.all(browsers.map(({ stop }) => stop()))
    rmSync(bundleDir, { recursive: true })
  }
}
