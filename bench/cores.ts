// What is measured runs on a core of its own, the load and the upstream on another: so a figure depends
// neither on where the kernel moves a process nor on who takes its core.

import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const MEASURED = 0
const OTHERS = 1
const TRIES = 5

/** This process and all that it starts from now on, until they are given to `measureOnOneCore`. */
export function keepToOthers(): void {
  pin(process.pid, OTHERS)
}

export function measureOnOneCore(pids: readonly number[]): void {
  for (const pid of pids) pin(pid, MEASURED)
}

/** With the threads of the process, and those that it starts later. By util-linux, which every Debian has. */
function pin(pid: number, core: number): void {
  if (availableParallelism() <= OTHERS) return
  const args = ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]
  for (let tries = 1; ; tries++) {
    try {
      execFileSync('taskset', args, { stdio: 'ignore' })
      return
    } catch (error) {
      if (tries === TRIES) throw error // before: a thread ended between being listed and being moved
    }
  }
}
