// The faults of a request, as a 422 lists them: each with a JSON Pointer, and a suggestion if one is
// obvious. The list is bounded, because the sender chooses how many faults a body has.

import type * as z from 'zod'
import type { Fault } from './answers/problem.ts'

/** How many faults are listed. One last entry then says how many more there are. */
export const MAX_FAULTS = 50
/** Longer names of members are cut; the sender knows the rest. */
const MAX_NAME_LENGTH = 100
/** Enough for a few faults, even if the body is very short. */
const FEW_FAULTS_BYTES = 500
const UNAUTHENTICATED_FACTOR = 10
/** The other members of the answer, with the longest host name and request id. */
const REST_BYTES = 700

/**
 * The most bytes that faults may have in an answer to a client that is not logged in. The whole answer has
 * at most 1 200 bytes or ten times the bytes of the body, whichever is more.
 */
export function unauthenticatedFaultBytes(bodyBytes: number): number {
  return Math.max(FEW_FAULTS_BYTES, UNAUTHENTICATED_FACTOR * bodyBytes - REST_BYTES)
}

/** The first faults, at most `maxBytes` of JSON, and an entry that says how many more there are. */
export function listFaults(
  issues: readonly z.core.$ZodIssue[],
  maxBytes = Number.POSITIVE_INFINITY,
): Fault[] {
  const listed: Fault[] = []
  let bytes = 0
  for (const issue of issues) {
    for (const fault of toFaults(issue, MAX_FAULTS - listed.length)) {
      bytes += new TextEncoder().encode(JSON.stringify(fault)).length + 1
      if (bytes > maxBytes) return [...listed, toUnlistedFault(issues, listed.length)]
      listed.push(fault)
    }
  }
  const rest = countFaults(issues) - listed.length
  return rest === 0 ? listed : [...listed, toUnlistedFault(issues, listed.length)]
}

function toUnlistedFault(issues: readonly z.core.$ZodIssue[], listed: number): Fault {
  const rest = countFaults(issues) - listed
  const detail = rest === 1 ? 'One more fault is not listed' : `${rest} more faults are not listed`
  return { pointer: '', code: 'too_many_faults', detail }
}

function countFaults(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => {
    return sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1)
  }, 0)
}

/** At most `max` faults of an issue. */
function toFaults(issue: z.core.$ZodIssue, max: number): Fault[] {
  if (max === 0) return []
  const pointer = toPointer(issue.path)
  if (issue.input === undefined && issue.code !== 'custom') {
    return [{ pointer, code: 'required', detail: 'This member is required' }]
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, max).map((key) => ({
        pointer: toPointer([...issue.path, key]),
        code: 'unknown_member',
        detail: 'There is no such member; check its spelling',
      }))
    case 'invalid_type':
      return [{ pointer, code: 'wrong_type', detail: `This must be of type ${issue.expected}` }]
    case 'custom': {
      const { code = 'invalid', suggestion } = (issue.params ?? {}) as Partial<Fault>
      const fault = { pointer, code, detail: issue.message }
      return [suggestion === undefined ? fault : { ...fault, suggestion }]
    }
    case 'invalid_value': {
      const meant = typeof issue.input === 'string' ? issue.input.trim().toLowerCase() : undefined
      const fault = { pointer, code: issue.code, detail: issue.message }
      return [
        meant !== undefined && issue.values.includes(meant)
          ? { ...fault, suggestion: meant }
          : fault,
      ]
    }
    default:
      return [{ pointer, code: issue.code, detail: issue.message }]
  }
}

/** A JSON Pointer (RFC 6901 §3). */
export function toPointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${shortenName(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/** Cuts a name to a bounded length, without lone surrogates. */
export function shortenName(name: string): string {
  const short = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name
  return short.toWellFormed()
}
