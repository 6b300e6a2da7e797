// The report of an import: a line of JSON for each row that was tried, written as soon as its outcome is known. An
// import that was interrupted reads it, and leaves out the rows that are imported.

import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Failure } from '../../harness/failure.ts'

export interface Outcome {
  readonly line: number
  /** Null in a dry run. Left out if the row was refused. */
  readonly key_id?: string | null
  readonly warnings?: readonly object[]
  readonly errors?: readonly Fault[]
}

export interface Fault {
  /** JSON Pointer into the row; empty if the row as a whole is wrong. */
  readonly pointer: string
  readonly code: string
  readonly detail: string
}

export interface Report {
  /** The lines of the list that were imported before. */
  readonly done: ReadonlySet<number>
  readonly add: (outcomes: readonly Outcome[]) => void
}

/** Opens the report of a list. Throws a Failure if the file is the report of another one. */
export function openReport(file: string, list: string): Report {
  const head = JSON.stringify({
    list: createHash('sha256').update(readFileSync(list)).digest('hex'),
  })
  const add = (outcomes: readonly Outcome[]) => {
    appendFileSync(file, outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''))
  }
  if (!existsSync(file)) {
    writeFileSync(file, `${head}\n`, { mode: 0o600 })
    return { done: new Set(), add }
  }
  const [first, ...lines] = readFileSync(file, 'utf8').split('\n')
  if (first !== head) {
    throw new Failure(
      `${file} is the report of another list, or of this one before it changed: ` +
        'remove it, or name another with --report',
    )
  }
  const whole = lines.flatMap(parseOutcome)
  if (lines.at(-1) !== '') appendFileSync(file, '\n')
  return { done: new Set(whole.filter((one) => one.key_id).map(({ line }) => line)), add }
}

/** None for a line that was being written when the import ended. */
function parseOutcome(line: string): Outcome[] {
  try {
    return [JSON.parse(line) as Outcome]
  } catch {
    return []
  }
}
