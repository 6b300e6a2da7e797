// A lock file that names its owner: two servers on one database file would destroy it. A lock whose
// owner was killed is taken over, by one of those who try.

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Failure } from '../../harness/failure.ts'

const TRIES = 10

/** Takes the lock and answers what releases it. A Failure where a living process has it. */
export function takeLock(lock: string): () => void {
  const own = `${lock}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    for (let tries = 0; tries < TRIES; tries++) {
      if (succeeds(() => linkSync(own, lock), 'EEXIST')) return () => release(lock)
      removeStale(lock)
    }
  } finally {
    rmSync(own, { force: true })
  }
  throw new Failure(`DATA_DIR is locked: delete ${lock}`)
}

/** Leaves a lock alone that somebody else has taken since it was deleted by hand. */
function release(lock: string): void {
  succeeds(() => {
    if (readFileSync(lock, 'utf8') === String(process.pid)) rmSync(lock)
  }, 'ENOENT')
}

function removeStale(lock: string): void {
  let owner = ''
  if (!succeeds(() => (owner = readFileSync(lock, 'utf8')), 'ENOENT')) return
  if (isAlive(Number(owner))) {
    throw new Failure(
      `DATA_DIR is in use by process ${owner}: end it, choose another folder, or delete ${lock}`,
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

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
