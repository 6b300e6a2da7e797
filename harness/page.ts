// The API Keys page, bundled by Vite to static files under /admin/.

import { join } from 'node:path'
import type { InlineConfig, Plugin } from 'vite'
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
  oxc: {
    // Children as arguments of `createElement` weigh less than as a property of what `jsx` takes.
    jsx: {
      runtime: 'classic',
      pragma: 'createElement',
      pragmaFrag: 'Fragment',
      development: false,
    },
    jsxInject: "import { createElement, Fragment } from 'preact'",
  },
} satisfies InlineConfig

/** The page, and the style of the pages that the worker writes itself. */
const ENTRIES = ['index.html', 'confirmed.html', 'document/document.css']
/** What the page needs at least (docs/design/page.md): it uses `light-dark()`. */
const BROWSERS = ['chrome123', 'firefox125', 'safari17.5']
/** What the worker's own pages link to, so under a name without a hash. */
const LINKED_FILES = ['document.css', 'favicon.svg']

/** What the list waits for is one file, which compresses better than several. The entry and all that it imports. */
const FIRST_LOAD = { name: 'first', test: /src\/ui\/main\.tsx$/, priority: 2 }
/** The form of a key, with what views that are fetched later share with it. */
const FORM = { name: 'form-views', test: /src\/ui\/form-views\.ts$/, priority: 1 }

/** What Vite wraps around each `import()` would fetch styles too, which these do not have. */
const PLAIN_IMPORTS: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: {
    filter: { id: /^\0vite\/preload-helper/ },
    handler: () => 'export const __vitePreload = (load) => load()',
  },
}

/** Builds the page to `outDir`/admin, the folder that Workers Static Assets serves. */
export async function buildPage(outDir: string): Promise<void> {
  const { build } = await import('vite') // here, since most scripts do without it
  await build({
    ...PAGE_CONFIG,
    plugins: [PLAIN_IMPORTS],
    build: {
      outDir: join(outDir, 'admin'),
      emptyOutDir: true,
      // Everything stays a file: a data: URL would need another exception in the CSP.
      assetsInlineLimit: 0,
      rolldownOptions: {
        // A sentence stands where it is said, also in another file: gzip is better at that than at names for it.
        optimization: { inlineConst: { mode: 'all' } },
        input: ENTRIES.map((name) => join(PAGE_CONFIG.root, name)),
        output: {
          assetFileNames: ({ names }) => fileName(names[0] ?? ''),
          codeSplitting: { groups: [FIRST_LOAD, FORM] },
        },
      },
      modulePreload: false,
      target: BROWSERS,
    },
  })
}

function fileName(name: string): string {
  return LINKED_FILES.includes(name) ? name : 'assets/[name]-[hash][extname]'
}
