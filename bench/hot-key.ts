// How often the authority of one busy key is called by one gateway, at each rate of requests.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Customer } from '../harness/customer.ts'
import type { Workerd } from '../harness/workerd/workerd.ts'
import type { Locations } from './locations.ts'
import { measurePaced } from './paced-load.ts'

interface HotKeyOptions {
  /** For the token. */
  readonly dir: string
  readonly customer: Customer
  readonly locations: Locations
  readonly gateway: Workerd
  /** In requests a second. */
  readonly rates: readonly number[]
  readonly seconds: number
}

const WARM_UP_SECONDS = 2

/** The rows of the table. */
export async function measureHotKey(options: HotKeyOptions) {
  const { dir, customer, locations, gateway, rates, seconds } = options
  const { token } = await customer.createKey()
  const tokensFile = join(dir, 'hot-key')
  writeFileSync(tokensFile, token)
  const target = { url: `${gateway.url}/customer`, pids: [gateway.pid] }
  const rows = []
  for (const requestsPerSecond of rates) {
    const pace = { tokensFile, requestsPerSecond }
    await measurePaced(target, { ...pace, seconds: WARM_UP_SECONDS })
    const before = await locations.authorityCalls()
    const sample = await measurePaced(target, { ...pace, seconds })
    const calls = (await locations.authorityCalls()) - before
    rows.push({
      'requests/s, wanted': requestsPerSecond,
      'requests/s': Math.round(sample.requestsPerSecond),
      'calls/s': (calls / seconds).toFixed(1),
      'requests a call': Math.round(sample.requests / calls),
    })
  }
  return rows
}
