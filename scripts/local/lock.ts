// A lock file that names its owner: two servers on one database file would destroy it. A lock whose
// owner was killed is taken over, by one of those who try. The owner is a process id and its command line,
// since ids come round again.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from '../../harness/failure.ts'
import { commandOf } from '../../harness/processes.ts'

const TRIES = 10

/** Takes the lock and answers what releases it. A Failure where a living process has it. */
export function takeLock(lock: string): () => void {
  const own = `${lock}.${process.pid}`
  const owner = `${process.pid}\n${commandOf(process.pid)}`
  writeFileSync(own, owner)
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      if (succeeds(() => linkSync(own, lock), 'EEXIST')) return () => release(lock, owner)
      removeStale(lock)
    }
  } finally {
    rmSync(own, { force: true })
  }
  throw new Failure(`DATA_DIR is locked: delete ${lock}`)
}

/** Leaves a lock alone that somebody else has taken since it was deleted by hand. */
function release(lock: string, owner: string): void {
  succeeds(() => {
    if (readFileSync(lock, 'utf8') === owner) rmSync(lock)
  }, 'ENOENT')
}

function removeStale(lock: string): void {
  let owner = ''
  if (!succeeds(() => (owner = readFileSync(lock, 'utf8')), 'ENOENT')) return
  const [pid = '', command = ''] = owner.split('\n', 2)
  if (isAlive(Number(pid), command)) {
    throw new Failure(
      `DATA_DIR is in use by process ${pid}: end it, choose another folder, or delete ${lock}`,
    )
  }
  // Renamed before it is removed: between the look and now, another may have taken it over.
  const stale = `${lock}.stale.${process.pid}`
  if (!succeeds(() => renameSync(lock, stale), 'ENOENT')) return
  if (readFileSync(stale, 'utf8') !== owner) succeeds(() => linkSync(stale, lock), 'EEXIST')
  rmSync(stale, { force: true })
}

/** False for the one error that is expected; others are thrown. */
function succeeds(act: () => void, expected: string): boolean {
  try {
    act()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return false
    throw error
  }
}

/** `command` is empty in a lock of an earlier version. */
function isAlive(pid: number, command: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  if (command !== '') return commandOf(pid) === command
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
