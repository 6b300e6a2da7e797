// CPU time and memory of a process from the kernel's accounting (proc(5)), Linux only.

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

/** What a process holds in memory, in MB of 1 000 000 bytes. */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
  return (Number(kibibytes) * 1024) / 1_000_000
}
