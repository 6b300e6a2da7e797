// Load at a rate, by `wrk`: many connections that pause between their requests. Each request has the next
// token of a file.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cpuOf, numberIn } from './load.ts'

export interface PacedTarget {
  readonly url: string
  readonly pids: readonly number[]
}

export interface Pace {
  /** One a line. */
  readonly tokensFile: string
  readonly requestsPerSecond: number
  readonly seconds: number
}

export interface PacedSample {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Of CPU time for a request. */
  readonly cpuMicroseconds: number
  /** How many answers took how many microseconds. */
  readonly tookMicroseconds: ReadonlyMap<number, number>
}

/** Of a connection, on average: more than what any answer should take. */
const PAUSE_MS = 200

/** Rejects if an answer is no success. The rate is lower if the target cannot hold it. */
export async function measurePaced(target: PacedTarget, pace: Pace): Promise<PacedSample> {
  const { tokensFile, requestsPerSecond, seconds } = pace
  const connections = Math.max(1, Math.round((requestsPerSecond * PAUSE_MS) / 1_000))
  const pauseMs = (1_000 * connections) / requestsPerSecond
  const load = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`]
  const script = ['-s', join(import.meta.dirname, 'keys.lua'), target.url]
  const before = cpuOf(target.pids)
  const args = [...load, ...script, '--', tokensFile, String(pauseMs)]
  const { stdout } = await promisify(execFile)('wrk', args, { maxBuffer: 64 * 1024 ** 2 })
  const cpu = cpuOf(target.pids) - before
  const requests = numberIn(stdout, /(\d+) requests in/)
  if (/Socket errors|Non-2xx/.test(stdout)) {
    throw new Error(`Some of the requests to ${target.url} went wrong:\n${stdout.slice(0, 1_000)}`)
  }
  const took = [...stdout.matchAll(/^took (\d+) (\d+)$/gm)]
  return {
    requests,
    requestsPerSecond: numberIn(stdout, /Requests\/sec: +([\d.]+)/),
    cpuMicroseconds: cpu / requests,
    tookMicroseconds: new Map(took.map(([, ...numbers]) => toPair(numbers))),
  }
}

/** The part of the answers that took less than so many milliseconds. */
export function shareWithin({ tookMicroseconds: took }: PacedSample, ms: number): number {
  let [all, within] = [0, 0]
  for (const [microseconds, count] of took) {
    all += count
    if (microseconds < ms * 1_000) within += count
  }
  return within / all
}

function toPair([microseconds, count]: readonly string[]): [number, number] {
  return [Number(microseconds), Number(count)]
}
