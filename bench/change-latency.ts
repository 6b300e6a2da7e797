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

/** The rows of the table. */
export async function measureChanges({ customer, near, far, changes }: ChangesOptions) {
  const groups = [near, ...far.values()]
  const rows = []
  for (const use of ['never', 'until 3 s ago', 'in use'] as const) {
    const took = groups.map((workers) => workers.map(() => [] as number[]))
    for (let i = 0; i < changes; i++) {
      for (const [group, workers] of groups.entries()) {
        const each = await changeOnce(customer, workers, use)
        for (const [instance, ms] of each.entries()) took[group]?.[instance]?.push(ms)
      }
    }
    const [nextDoor = [], ...others] = took
    for (const [i, authorityMs] of [...far.keys()].entries()) {
      rows.push({
        used: use,
        'authority, ms': authorityMs,
        'next door, ms': Math.round(median(nextDoor.flat())),
        ...toColumns(use, authorityMs, nextDoor, others[i] ?? []),
      })
    }
  }
  return rows
}

function toColumns(use: Use, authorityMs: number, nextDoor: Takes, takes: Takes) {
  const longestMs = Math.max(...takes.flat())
  const columns = {
    'median, ms': Math.round(median(takes.flat())),
    'longest, ms': Math.round(longestMs),
  }
  if (use === 'in use') {
    return { ...columns, 'at most 1.5 s': judge({ value: longestMs, error: 0 }, IN_USE) }
  }
  const { value, spread, error } = difference(nextDoor, takes)
  const trips = { value: value / authorityMs, error: error / authorityMs }
  return {
    ...columns,
    trips: trips.value.toFixed(2),
    spread: (spread / authorityMs).toFixed(2),
    error: trips.error.toFixed(2),
    'one trip': judge(trips, ONE_TRIP),
  }
}

/** Milliseconds of a change through each instance, of a key of its own. */
async function changeOnce(customer: Customer, workers: readonly Workerd[], use: Use) {
  const keys: [Workerd, CreatedKey][] = []
  for (const worker of workers) keys.push([worker, await createInRate(customer)])
  const took = await Promise.all(
    keys.map(async ([worker, key]) => {
      if (use !== 'never') await useKey(worker, key, USED_FOR_MS)
      if (use === 'until 3 s ago') await sleep(UNUSED_FOR_MS)
      const done = new AbortController()
      const using = use === 'in use' ? useKey(worker, key, Infinity, done.signal) : undefined
      const ms = await change(customer, worker, key)
      done.abort()
      await using
      return ms
    }),
  )
  for (const [, { id }] of keys) await customer.call('DELETE', `/keys/${id}`)
  return took
}

/** An account may make 120 confirmations a minute, and a quiet machine is faster than that. */
async function createInRate({ call, password }: Customer): Promise<CreatedKey> {
  const body = { application_name: 'Measured', platform: 'server', password }
  for (;;) {
    const { status, json, headers, text } = await call('POST', '/keys', body)
    if (status === 201) return { id: String(json['id']), token: String(json['access_token']) }
    if (status !== 429) throw new Error(`A create was answered ${text}`)
    await sleep(Number(headers['retry-after']) * 1_000)
  }
}

async function useKey({ url }: Workerd, key: CreatedKey, forMs: number, until?: AbortSignal) {
  const headers = { 'X-API-Key': key.token, 'CF-Connecting-IP': CLIENT }
  const began = performance.now()
  const isWanted = () => until?.aborted !== true && performance.now() - began < forMs
  while (isWanted()) {
    const answer = await fetch(`${url}/customer`, { headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`A request was answered ${text}`)
    await sleep(EVERY_MS)
  }
}

async function change({ cookie }: Customer, { url }: Workerd, { id }: CreatedKey): Promise<number> {
  const began = performance.now()
  const answer = await fetch(`${url}/admin/api/v1/keys/${id}`, {
    method: 'PATCH',
    headers: { Cookie: cookie, 'Content-Type': 'application/json', 'CF-Connecting-IP': CLIENT },
    body: JSON.stringify({ ip_acl: ['192.0.2.0/24'] }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`A change was answered ${text}`)
  return performance.now() - began
}
