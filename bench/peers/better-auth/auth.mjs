// better-auth with its API-key plugin and libSQL, by the dialect that its documentation names
// (https://www.better-auth.com/docs/adapters/other-relational-databases).

import { apiKey } from '@better-auth/api-key'
import { createClient } from '@libsql/client/web'
import { LibsqlDialect } from '@libsql/kysely-libsql'
import { betterAuth } from 'better-auth'

/** `handler` takes the promises that may outlive an answer. */
export function createAuth(libsqlUrl, handler) {
  return betterAuth(authOptions(libsqlUrl, handler))
}

export function authOptions(libsqlUrl, handler) {
  const client = createClient({ url: libsqlUrl })
  return {
    baseURL: 'http://127.0.0.1',
    secret: 'a secret of the benchmark, which nothing else uses',
    database: { dialect: new LibsqlDialect({ client }), type: 'sqlite' },
    plugins: [apiKey({ rateLimit: { enabled: false }, deferUpdates: true })],
    advanced: { backgroundTasks: { handler } },
    logger: { disabled: true }, // it would write a line for each key that is refused
  }
}
