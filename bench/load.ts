// Load on a server by `wrk` (Debian: apt-get install wrk), and the CPU time that it took from the kernel's
// accounting: one request, again and again, over keep-alive connections.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuMicroseconds } from './accounting.ts'

/** A request, what must be answered, and the processes that it is the work of. */
export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
  readonly pids: readonly number[]
}

export interface Sample {
  /** Of CPU time for a request. */
  readonly cpuMicroseconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** A turn is as short as wrk can make it. */
const TURN = '1s'

/** What a request takes in a turn. Rejects if one is not answered as it must be. */
export async function measureTurn(target: Target, connections: number): Promise<Sample> {
  await checkAnswer(target)
  const headers = Object.entries(target.headers).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ])
  const load = ['--latency', '-t', '1', '-c', String(connections), '-d', TURN]
  const before = cpuOf(target.pids)
  const { stdout } = await promisify(execFile)('wrk', [...load, ...headers, target.url])
  const cpu = cpuOf(target.pids) - before
  const requests = numberIn(stdout, /(\d+) requests in/)
  const refused = numberIn(stdout, /Non-2xx or 3xx responses: (\d+)/)
  if (stdout.includes('Socket errors') || refused !== (target.status < 400 ? 0 : requests)) {
    throw new Error(`Some of the requests to ${target.url} went wrong:\n${stdout}`)
  }
  return {
    cpuMicroseconds: cpu / requests,
    requestsPerSecond: numberIn(stdout, /Requests\/sec: +([\d.]+)/),
    p50Ms: latencyIn(stdout, '50%'),
    p99Ms: latencyIn(stdout, '99%'),
  }
}

/** wrk tells 2xx and 3xx from the rest, no more. */
async function checkAnswer({ url, headers, status }: Target): Promise<void> {
  const response = await fetch(url, { headers })
  const body = await response.text()
  if (response.status === status) return
  throw new Error(`${url} answered ${response.status}, not ${status}: ${body.slice(0, 300)}`)
}

/** CPU time of the processes so far, in microseconds. */
export function cpuOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0)
}

/** What wrk tells by a pattern's group; 0 where it does not. */
export function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? 0)
}

/** In ms, of a line such as `     99%    1.23ms`, in µs, ms or s. */
export function latencyIn(text: string, percentile: string): number {
  const [, value, unit] = new RegExp(`^ +${percentile} +([\\d.]+)(us|ms|s)$`, 'm').exec(text) ?? []
  const inMs = { us: 0.001, ms: 1, s: 1_000 }[unit ?? '']
  return Number(value) * (inMs ?? Number.NaN)
}
