// Load on a server by `wrk` (Debian: apt-get install wrk), and the CPU time that it took from the
// kernel's accounting: one request, again and again, over keep-alive connections.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuMicroseconds } from './accounting.ts'
import { median } from './statistics.ts'

/** A request, what must be answered, and the processes that it is the work of. */
export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
  readonly pids: readonly number[]
}

export interface Sample {
  readonly cpuMicroseconds: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export interface Load {
  readonly seconds: number
  readonly connections: number
}

/** What a request takes. Rejects where one is not answered as it must be. */
export async function measure(target: Target, { seconds, connections }: Load): Promise<Sample> {
  await checkAnswer(target)
  const headers = Object.entries(target.headers).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ])
  const load = ['--latency', '-t', '1', '-c', String(connections), '-d', `${seconds}s`]
  const before = cpuOf(target)
  const { stdout } = await promisify(execFile)('wrk', [...load, ...headers, target.url])
  const cpu = cpuOf(target) - before
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

/** So many rounds, after one to warm up; each adds a sample to every one. */
export async function measureRounds(
  measured: readonly { readonly target: Target; readonly samples: Sample[] }[],
  rounds: number,
  load: Load,
): Promise<void> {
  const targets = measured.map(({ target }) => target)
  await measureInTurns(targets, load)
  for (let round = 0; round < rounds; round++) {
    const taken = await measureInTurns(targets, load)
    for (const [i, sample] of taken.entries()) measured[i]?.samples.push(sample)
  }
}

/**
 * Each for so many seconds, but one second at a time in turn: what else the machine does meets all of them
 * alike.
 */
async function measureInTurns(
  targets: readonly Target[],
  { seconds, connections }: Load,
): Promise<Sample[]> {
  const turns = targets.map((target) => ({ target, samples: [] as Sample[] }))
  for (let second = 0; second < seconds; second++) {
    for (const { target, samples } of turns) {
      samples.push(await measure(target, { seconds: 1, connections }))
    }
  }
  return turns.map(({ samples }) => together(samples))
}

function together(samples: readonly Sample[]): Sample {
  const sum = (figure: (sample: Sample) => number) =>
    samples.reduce((so, sample) => so + figure(sample), 0)
  const requests = sum(({ requestsPerSecond }) => requestsPerSecond)
  return {
    cpuMicroseconds: sum((one) => one.cpuMicroseconds * one.requestsPerSecond) / requests,
    requestsPerSecond: requests / samples.length,
    p50Ms: typical(samples, 'p50Ms'),
    p99Ms: typical(samples, 'p99Ms'),
  }
}

/** The median of one of the figures. */
export function typical(samples: readonly Sample[], figure: keyof Sample): number {
  return median(samples.map((sample) => sample[figure]))
}

/** The median of the ratios of CPU time, round by round: how much of `samples` is the reference's. */
export function ratio(reference: readonly Sample[], samples: readonly Sample[]): number {
  const ratios = samples.map(({ cpuMicroseconds: cpu }, round) => {
    return (reference[round]?.cpuMicroseconds ?? Number.NaN) / cpu
  })
  return median(ratios)
}

/** wrk tells 2xx and 3xx from the rest, no more. */
async function checkAnswer({ url, headers, status }: Target): Promise<void> {
  const response = await fetch(url, { headers })
  const body = await response.text()
  if (response.status === status) return
  throw new Error(`${url} answered ${response.status}, not ${status}: ${body.slice(0, 300)}`)
}

function cpuOf({ pids }: Target): number {
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
