// The worker. Its app is built once per isolate, because the environment of an isolate never changes.

import { waitUntil } from 'cloudflare:workers'
import { type App, createApp } from './app.ts'
import type { Env } from './configuration/env.ts'

export { AccountKeys } from './stores/account-keys-object.ts'
export { LocationMetrics } from './stores/location-metrics-object.ts'
export { KeyAuthority } from './stores/key-authority/key-authority-object.ts'
export { PasswordHasher } from './stores/password-hasher-object.ts'
export { ShadowCounts } from './stores/shadow-counts-object.ts'

let app: App | undefined

export default {
  fetch(request, env, ctx) {
    return app === undefined
      ? start(env).then((started) => started.fetch(request, ctx))
      : app.fetch(request, ctx)
  },

  async scheduled(_controller, env) {
    const { everyMinute } = await start(env)
    await everyMinute()
  },
} satisfies ExportedHandler<Env>

async function start(env: Env): Promise<App> {
  if (app !== undefined) return app
  const created = await createApp(env, waitUntil)
  return (app ??= created) // concurrent first requests must share one app, and so one cache
}
