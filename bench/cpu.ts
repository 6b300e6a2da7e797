// CPU time of a process from the kernel's accounting (proc(5)), Linux only.

import { readFileSync } from 'node:fs'

/** USER_HZ, which is 100 on every Linux that Node supports. */
const TICKS_PER_SECOND = 100

/** User and system time of a process and its threads, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [utime = '0', stime = '0'] = fields.slice(11, 13)
  return ((Number(utime) + Number(stime)) * 1_000_000) / TICKS_PER_SECOND
}
