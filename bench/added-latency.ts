// What a request with a key in use waits more than by forwarding alone, at each distance of the authority.
// One request at a time, all workers in turn, and an upstream that answers at once: it hides nothing.

import { Agent } from 'node:http'
import type { Customer } from '../harness/customer.ts'
import { send } from '../harness/http.ts'
import type { Workerd } from '../harness/workerd/workerd.ts'
import { difference, judge } from './comparison.ts'
import { median } from './statistics.ts'

interface AddedLatencyOptions {
  readonly customer: Customer
  readonly forwarding: readonly Workerd[]
  /** Gateways by the distance of their authorities, in milliseconds. */
  readonly far: ReadonlyMap<number, readonly Workerd[]>
  /** To each instance, by each method. */
  readonly requests: number
}

const METHODS = ['GET', 'POST'] as const
const GOAL = { most: 0.5 }
const WARM_UP = 20

/** The rows of the table. */
export async function measureAddedLatency(options: AddedLatencyOptions) {
  const { customer, forwarding, far, requests } = options
  const { token } = await customer.createKey()
  const agent = new Agent({ keepAlive: true })
  const groups = [forwarding, ...far.values()]
  const rows = []
  for (const method of METHODS) {
    const took = groups.map((workers) => workers.map(() => [] as number[]))
    for (let i = -WARM_UP; i < requests; i++) {
      for (const [group, workers] of groups.entries()) {
        for (const [instance, { url }] of workers.entries()) {
          const ms = await timed(url, method, token, agent)
          if (i >= 0) took[group]?.[instance]?.push(ms)
        }
      }
    }
    const [reference = [], ...others] = took
    for (const [i, authorityMs] of [...far.keys()].entries()) {
      const takes = others[i] ?? []
      const added = difference(reference, takes)
      rows.push({
        method,
        'authority, ms': authorityMs,
        'forwarding alone, ms': median(reference.flat()).toFixed(2),
        'gateway, ms': median(takes.flat()).toFixed(2),
        'more, ms': added.value.toFixed(2),
        'spread, ms': added.spread.toFixed(2),
        'error, ms': added.error.toFixed(2),
        [`at most ${GOAL.most} ms`]: judge(added, GOAL),
      })
    }
  }
  agent.destroy()
  return rows
}

/** Milliseconds to the end of the answer. */
async function timed(url: string, method: string, token: string, agent: Agent): Promise<number> {
  const body = method === 'POST' ? '{}' : ''
  const headers = {
    'X-API-Key': token,
    'CF-Connecting-IP': '192.0.2.1',
    ...(body !== '' && { 'Content-Length': String(body.length) }),
  }
  const began = performance.now()
  const answer = await send(`${url}/customer`, { method, headers, body, agent })
  const took = performance.now() - began
  if (answer.status !== 200) throw new Error(`${method} was answered ${answer.text}`)
  return took
}
