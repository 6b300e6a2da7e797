// The worker: built once per isolate from its environment, which does not change during its life.

import { waitUntil } from 'cloudflare:workers'
import { type App, createApp } from './app.ts'
import type { Env } from './env.ts'

export { KeyAuthority } from './stores/key-authority-object.ts'

let app: App | undefined

export default {
  async fetch(request, env, ctx) {
    app ??= await createApp(env, waitUntil)
    return await app.fetch(request, ctx)
  },

  async scheduled(_controller, env) {
    app ??= await createApp(env, waitUntil)
    await app.everyMinute()
  },
} satisfies ExportedHandler<Env>
