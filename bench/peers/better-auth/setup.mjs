// Makes the tables, a user and the one key that the benchmark calls with.

import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { authOptions } from './auth.mjs'

export async function createKey(libsqlUrl) {
  const options = authOptions(libsqlUrl, () => undefined)
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const auth = betterAuth(options)
  const { internalAdapter } = await auth.$context
  const user = await internalAdapter.createUser({ email: 'a@b.example', name: 'Bench' })
  const { key } = await auth.api.createApiKey({ body: { userId: user.id, name: 'Bench' } })
  return key
}
