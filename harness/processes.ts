// Processes: those that we start, which do not outlive us, and those that a killed run left behind, which
// would write to the same files as their successors.

import { type ChildProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from './failure.ts'

const STOPPED_WITHIN_MS = 5_000
const POLL_MS = 20

const ours = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of ours) child.kill()
})

/** Ends a child with this process, however it ends but by force. */
export function endWithUs(child: ChildProcess): void {
  ours.add(child)
  child.once('exit', () => ours.delete(child))
}

/** Not so either where the program could not be started at all. */
export function isRunning({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

/** By SIGTERM, or SIGKILL where that does not help within `withinMs`. */
export async function stopChild(child: ChildProcess, withinMs = STOPPED_WITHIN_MS): Promise<void> {
  if (!isRunning(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const stubborn = setTimeout(() => child.kill('SIGKILL'), withinMs)
  await exited
  clearTimeout(stubborn)
}

/** Kills the children that this process still has. */
export function killChildren(): void {
  for (const pid of childrenOf(process.pid)) endProcess(pid, 'SIGKILL')
}

/** Empty too where the process has just ended. */
export function childrenOf(pid: number): number[] {
  const children =
    process.platform === 'linux'
      ? readProc(`${pid}/task/${pid}/children`)
      : run('pgrep', ['-P', String(pid)])
  return children.split(/\s+/).filter(Boolean).map(Number)
}

/** The command line of a process, empty where there is none; whole lines, however wide the terminal. */
export function commandOf(pid: number): string {
  return process.platform === 'linux'
    ? readProc(`${pid}/cmdline`).replaceAll('\0', ' ')
    : run('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
}

/** Notes a process for `endLeftBehind`. */
export function noteProcess(file: string, pid: number): void {
  writeFileSync(file, `${pid}\n${commandOf(pid)}`)
}

/** Ends the process that was noted, if it still runs. */
export async function endLeftBehind(file: string): Promise<void> {
  if (!existsSync(file)) return
  const [pid = '', command = ''] = readFileSync(file, 'utf8').split('\n', 2)
  const deadline = Date.now() + STOPPED_WITHIN_MS
  if (command === '') return
  for (let tries = 0; commandOf(Number(pid)) === command; tries++) {
    if (Date.now() > deadline)
      throw new Failure(`A process of an earlier run does not end: end ${pid}`)
    if (tries === 0) endProcess(Number(pid))
    await sleep(POLL_MS)
  }
}

function endProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended since it was looked at, or is not ours: it is looked at again
  }
}

/** A file of proc(5), which is there where `ps` is not. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'utf8')
  } catch {
    return ''
  }
}

function run(program: string, args: readonly string[]): string {
  const { COLUMNS: _, ...env } = process.env
  const { error, stdout } = spawnSync(program, args, { encoding: 'utf8', env })
  return error === undefined ? stdout.trim() : ''
}
