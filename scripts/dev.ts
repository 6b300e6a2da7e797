// `npm run dev`: the whole product, and the page from Vite's development server, which reloads it on a
// change. All other paths go on to the worker, on one origin.

import { createServer, type ViteDevServer } from 'vite'
import { Failure } from '../harness/failure.ts'
import { PAGE_CONFIG } from '../harness/page.ts'
import { type Running, runStart } from './local/run-start.ts'

const PORT = Number(process.env['DEV_PORT'] ?? 5173)

let running: Running | undefined
let vite: ViteDevServer | undefined
let ending = false

async function develop(): Promise<void> {
  running = await runStart({})
  running.process.once('exit', () => void end(1))
  const toWorker = { target: running.url, changeOrigin: false, ws: true }
  vite = await createServer({
    ...PAGE_CONFIG,
    logLevel: 'info',
    server: {
      host: '127.0.0.1',
      port: PORT,
      strictPort: true,
      proxy: { '^/admin/(?:api/|errors/|jwks\\.json)': toWorker, '^/(?!admin/)': toWorker },
    },
  })
  await vite.listen()
  console.log(`\nReloaded on a change   http://127.0.0.1:${PORT}/admin/`)
}

async function end(exitCode: number): Promise<void> {
  if (ending) return
  ending = true
  await Promise.all([vite?.close(), running?.stop()])
  process.exit(exitCode)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void end(0))
}
try {
  await develop()
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  await end(1)
}
