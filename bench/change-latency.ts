// How long a change of a key takes, at each distance of the authority: of a key that was never used, of one that
// was used until some seconds ago, and of one that is in use meanwhile. What a change takes longer than with an
// authority next door is counted in trips to the authority.

import { setTimeout as sleep } from 'node:timers/promises'
import type { CreatedKey, Customer } from '../harness/customer.ts'
import type { Workerd } from '../harness/workerd/workerd.ts'
import { difference, type Goal, judge, type Takes } from './comparison.ts'
import { median } from './statistics.ts'

interface ChangesOptions {
  readonly customer: Customer
  /** Gateways next door to their authorities. */
  readonly near: readonly Workerd[]
  /** Gateways by the distance of their authorities, in milliseconds. */
  readonly far: ReadonlyMap<number, readonly Workerd[]>
  /** Of each kind, through each instance. */
  readonly changes: number
}

type Use = 'never' | 'until 3 s ago' | 'in use'

/** One trip, and not two. */
const ONE_TRIP: Goal = { most: 1.5 }
const IN_USE: Goal = { most: 1_500 }
/** From one request to the next of a key in use. */
const EVERY_MS = 100
const USED_FOR_MS = 1_000
const UNUSED_FOR_MS = 3_000
const CLIENT = '192.0.2.1'
const IP_ACLS = [['192.0.2.0/24'], []]

/** The rows of the table. */
export async function measureChanges({ customer, near, far, changes }: ChangesOptions) {
  const rows = []
  for (const use of ['never', 'until 3 s ago', 'in use'] as const) {
    const measure = (workers: readonly Workerd[]): Promise<Takes> =>
      Promise.all(workers.map((worker) => changeOften(customer, worker, use, changes)))
    const nextDoor = await measure(near)
    for (const [authorityMs, workers] of far) {
      const takes = await measure(workers)
      const longestMs = Math.max(...takes.flat())
      const { value, spread } = difference(nextDoor, takes)
      const trips = { value: value / authorityMs, spread: spread / authorityMs }
      rows.push({
        used: use,
        'authority, ms': authorityMs,
        'next door, ms': Math.round(median(nextDoor.flat())),
        'median, ms': Math.round(median(takes.flat())),
        'longest, ms': Math.round(longestMs),
        ...(use === 'in use'
          ? { goal: 'at most 1.5 s', verdict: judge({ value: longestMs, spread: 0 }, IN_USE) }
          : {
              trips: trips.value.toFixed(2),
              spread: trips.spread.toFixed(2),
              goal: 'one trip',
              verdict: judge(trips, ONE_TRIP),
            }),
      })
    }
  }
  return rows
}

/** Milliseconds of each change, of one key that is used or of new ones that are not. */
async function changeOften(customer: Customer, worker: Workerd, use: Use, changes: number) {
  const took: number[] = []
  let key = await customer.createKey()
  for (let i = 0; i < changes; i++) {
    if (use === 'never' && i > 0) key = await customer.createKey()
    if (use !== 'never') await useKey(worker, key, USED_FOR_MS)
    if (use === 'until 3 s ago') await sleep(UNUSED_FOR_MS)
    const done = new AbortController()
    const using = use === 'in use' ? useKey(worker, key, Infinity, done.signal) : undefined
    took.push(await change(customer, worker, key, IP_ACLS[i % IP_ACLS.length] ?? []))
    done.abort()
    await using
    if (use === 'never') await customer.call('DELETE', `/keys/${key.id}`)
  }
  if (use !== 'never') await customer.call('DELETE', `/keys/${key.id}`)
  return took
}

async function useKey({ url }: Workerd, key: CreatedKey, forMs: number, until?: AbortSignal) {
  const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': CLIENT }
  const began = performance.now()
  while (until?.aborted !== true && performance.now() - began < forMs) {
    const answer = await fetch(`${url}/customer`, { headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`A request was answered ${text}`)
    await sleep(EVERY_MS)
  }
}

async function change(
  { cookie }: Customer,
  { url }: Workerd,
  { id }: CreatedKey,
  ipAcl: readonly string[],
): Promise<number> {
  const began = performance.now()
  const answer = await fetch(`${url}/admin/api/v1/keys/${id}`, {
    method: 'PATCH',
    headers: { Cookie: cookie, 'Content-Type': 'application/json', 'CF-Connecting-IP': CLIENT },
    body: JSON.stringify({ ip_acl: ipAcl }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`A change was answered ${text}`)
  return performance.now() - began
}
