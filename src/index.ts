// The worker: built once per isolate from its environment, which does not change during its life.

import { waitUntil } from 'cloudflare:workers'
import { type App, createApp } from './app.ts'
import type { Env } from './env.ts'

export { AccountKeys } from './stores/account-keys-object.ts'
export { KeyAuthority } from './stores/key-authority-object.ts'
export { PasswordHasher } from './stores/password-hasher-object.ts'

let app: App | undefined

export default {
  fetch(request, env, ctx) {
    return app === undefined
      ? start(env).then((it) => it.fetch(request, ctx))
      : app.fetch(request, ctx)
  },

  async scheduled(_controller, env) {
    const { everyMinute } = await start(env)
    await everyMinute()
  },
} satisfies ExportedHandler<Env>

async function start(env: Env): Promise<App> {
  if (app !== undefined) return app
  const made = await createApp(env, waitUntil)
  return (app ??= made) // requests that came together have one, and so one cache
}
