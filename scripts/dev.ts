// `npm run dev`: the whole product, and the page from Vite's development server, which reloads it on a
// change. All other paths go on to the worker, on one origin.

import { createServer } from 'vite'
import { Failure } from './local/failure.ts'
import { PAGE_CONFIG } from './local/page.ts'
import { runStart } from './local/run-start.ts'

const PORT = Number(process.env['DEV_PORT'] ?? 5173)

try {
  const running = await runStart({})
  const toWorker = { target: running.url, changeOrigin: false, ws: true }
  const vite = await createServer({
    ...PAGE_CONFIG,
    logLevel: 'info',
    server: {
      host: '127.0.0.1',
      port: PORT,
      strictPort: true,
      proxy: { '^/admin/(?:api/|jwks\\.json)': toWorker, '^/(?!admin/)': toWorker },
    },
  })
  running.process.once('exit', () => process.exit(1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      running.process.removeAllListeners('exit')
      void Promise.all([vite.close(), running.stop()]).then(() => process.exit(0))
    })
  }
  await vite.listen()
  console.log(`\nReloaded on a change   http://127.0.0.1:${PORT}/admin/`)
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
}
