import { Failure } from '../../harness/failure.ts'

/** One thing that keeps a deployment from working, in a sentence that names it and the way out. */
export interface Fault {
  /**
   * `missing`: not there yet, which is no news to a dry run; `wrong`: there, and no good; `note`: perhaps
   * meant, so it is told and refuses nothing.
   */
  readonly kind: 'missing' | 'wrong' | 'note'
  readonly detail: string
}

export function missing(detail: string): Fault {
  return { kind: 'missing', detail }
}

export function wrong(detail: string): Fault {
  return { kind: 'wrong', detail }
}

export function note(detail: string): Fault {
  return { kind: 'note', detail }
}

/** A Failure of all that is no note. */
export function refuse(all: readonly Fault[]): void {
  const faults = all.filter(({ kind }) => kind !== 'note')
  if (faults.length > 0) throw new Failure(faults.map(({ detail }) => detail).join('\n'))
}
