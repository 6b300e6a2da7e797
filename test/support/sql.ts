// A statement, past the product: to look at what it stored, or to put there what time would.

import { createClient } from '@libsql/client/web'

export async function runSql(url: string, sql: string, args: (string | number)[] = []) {
  const client = createClient({ url })
  try {
    return await client.execute({ sql, args })
  } finally {
    client.close()
  }
}
