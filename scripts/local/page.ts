// The API Keys page, bundled by Vite to static files under /admin/.

import { join } from 'node:path'
import type { InlineConfig } from 'vite'
import { PROJECT_DIR } from './project-dir.ts'

/** What the bundle and the development server have in common. */
export const PAGE_CONFIG = {
  configFile: false,
  root: join(PROJECT_DIR, 'src/ui'),
  base: '/admin/',
  publicDir: false,
  logLevel: 'warn',
  clearScreen: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
} satisfies InlineConfig

/** Builds the page to `outDir`/admin, the folder that Workers Static Assets serves. */
export async function buildPage(outDir: string): Promise<void> {
  const { build } = await import('vite') // here, since most scripts do without it
  await build({
    ...PAGE_CONFIG,
    build: {
      outDir: join(outDir, 'admin'),
      emptyOutDir: true,
      // Everything stays a file: a data: URL would need another exception in the CSP.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  })
}
