import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildWorker } from '../../scripts/local/build.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the built worker is: what is tested is what is deployed. */
    bundleDir: string
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const bundleDir = mkdtempSync(join(tmpdir(), 'portal-gateway-bundle-'))
  await buildWorker(bundleDir)
  project.provide('bundleDir', bundleDir)
  return () => rmSync(bundleDir, { recursive: true })
}
