// Load on a worker, and the CPU time that it took: requests of one key over keep-alive connections.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuMicroseconds } from './cpu.ts'
import { median } from './statistics.ts'
import type { Workerd } from './workerd.ts'

export interface Sample {
  readonly cpuMicroseconds: number
  readonly requestsPerSecond: number
}

export async function measure(
  workerd: Workerd,
  caller: { readonly token: string; readonly address: string },
  seconds: number,
  connections: string,
): Promise<Sample> {
  const before = cpuMicroseconds(workerd.pid)
  const headers = [
    `Authorization: Token ${caller.token}`,
    `CF-Connecting-IP: ${caller.address}`,
    'Accept: application/json',
    'User-Agent: bench',
  ].flatMap((header) => ['-H', header])
  const load = ['-t', '1', '-c', connections, '-d', `${seconds}s`]
  const url = `${workerd.url}/customer`
  const { stdout } = await promisify(execFile)('wrk', [...load, ...headers, url])
  const cpu = cpuMicroseconds(workerd.pid) - before
  if (stdout.includes('Non-2xx')) throw new Error(`Some requests failed:\n${stdout}`)
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1])
  return {
    cpuMicroseconds: cpu / number(/(\d+) requests in/),
    requestsPerSecond: number(/Requests\/sec: +([\d.]+)/),
  }
}

/** The median of the ratios of CPU time, round by round. */
export function ratio(
  reference: readonly Sample[] | undefined,
  samples: readonly Sample[],
): string {
  const ratios = samples.map(
    (sample, round) => (reference?.[round]?.cpuMicroseconds ?? 0) / sample.cpuMicroseconds,
  )
  return median(ratios).toFixed(2)
}
