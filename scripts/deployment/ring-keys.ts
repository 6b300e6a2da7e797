// A key may leave a ring when no live row names it: every token that it made would stop working, every
// token that it sealed could not be shown again.

import { createClient } from '@libsql/client/web'
import { Failure } from '../local/failure.ts'
import { type Fault, wrong } from './fault.ts'
import type { SecretValues } from './secret-values.ts'

const TIMEOUT_MS = 10_000
const NAMED = [
  ['TOKEN_KEYS', 'token_key'],
  ['ENCRYPTION_KEYS', 'substr(sealed_token, 1, 1)'],
] as const

/** The ring keys that live rows name and the given rings do not hold. */
export async function ringFaults(url: string, secrets: SecretValues): Promise<Fault[]> {
  const authToken = secrets['LIBSQL_AUTH_TOKEN'] ?? process.env['LIBSQL_AUTH_TOKEN']
  const client = createClient({
    url,
    ...(authToken !== undefined && { authToken }),
    fetch: (request: Request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
  })
  try {
    const faults: Fault[] = []
    for (const [secret, column] of NAMED) {
      const ring = secrets[secret]
      if (ring === undefined) continue
      const held = ring.split(',').map((entry) => entry.trim().charAt(0))
      const { rows } = await client.execute(
        `SELECT ${column} AS id, count(*) AS live FROM api_keys WHERE deleted_at IS NULL GROUP BY 1`,
      )
      for (const { id, live } of rows) {
        if (held.includes(String(id))) continue
        faults.push(
          wrong(
            `${secret} lacks the key "${String(id)}", which ${String(live)} live API keys need`,
          ),
        )
      }
    }
    return faults
  } catch (error) {
    if (/no such table/.test(String(error))) return [] // a database that was never migrated
    throw new Failure(
      'LIBSQL_URL cannot be asked which ring keys are in use: check that a libSQL server answers there, ' +
        'and that LIBSQL_AUTH_TOKEN is given',
    )
  } finally {
    client.close()
  }
}
