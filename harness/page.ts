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
  // Under NODE_ENV=test, too, what is built is what is deployed.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
} satisfies InlineConfig

/** The page, and the style of the pages that the worker writes itself. */
const ENTRIES = ['index.html', 'confirmed.html', 'document/document.css']
/** What the worker's own pages link to, so under a name without a hash. */
const LINKED_FILES = ['document.css', 'favicon.svg']

/**
 * What views that are fetched later share with the first page is one file, which compresses better than several. What
 * /admin/confirmed needs of it is another, and small.
 */
const SHARED_FILES = [
  { name: 'other-tabs', test: /other-tabs\.ts$/, priority: 2 },
  {
    name: 'shared',
    test: /preact|src\/ui\/(controls\/(announce|copy-button|countdown|dialog|icons)|browser\/clipboard|messages\/(messages|acl|changes|views|life|use|problem-text)|confirm\/password-prompt)\.tsx?$/,
    priority: 1,
  },
]

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
      rolldownOptions: {
        input: ENTRIES.map((name) => join(PAGE_CONFIG.root, name)),
        output: {
          assetFileNames: ({ names }) => fileName(names[0] ?? ''),
          codeSplitting: { groups: SHARED_FILES },
        },
      },
      modulePreload: { polyfill: false },
    },
  })
}

function fileName(name: string): string {
  return LINKED_FILES.includes(name) ? name : 'assets/[name]-[hash][extname]'
}
