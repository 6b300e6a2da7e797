// What the first compilation of an IP ACL takes in an isolate that has compiled none: in a thread of its
// own, which is a V8 isolate of its own.

import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { once } from 'node:events'
import { compileIpAcl } from '../src/keys/ip-acl.ts'
import { median } from './statistics.ts'

const ISOLATES = 9

/** Milliseconds of CPU, the median of several isolates. */
export async function firstCompilationMs(entries: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < ISOLATES; i++) {
    const worker = new Worker(import.meta.filename, { workerData: entries })
    const [ms] = (await once(worker, 'message')) as [number]
    times.push(ms)
  }
  return median(times)
}

if (!isMainThread) {
  const before = process.threadCpuUsage()
  compileIpAcl(workerData as readonly string[])
  const { user, system } = process.threadCpuUsage(before)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage((user + system) / 1_000)
}
