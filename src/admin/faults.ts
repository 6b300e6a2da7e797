// The faults of a request, as a 422 lists them: each with a JSON Pointer, and a suggestion where one is
// obvious. A list has an end, since a sender chooses how many faults a body has.

import type * as z from 'zod'
import type { Fault } from './answers.ts'

/** So many faults are listed; a last entry says how many more there are. */
export const MAX_FAULTS = 50
/** Long names of members are cut: who sent one knows how it goes on. */
const MAX_NAME = 100
/** A few faults, which a stranger is told however short the body is. */
const FEW_FAULTS_BYTES = 500
const STRANGER_FACTOR = 10
/** The rest of the answer: the members of the problem, with the longest host name and request id. */
const REST_BYTES = 700

/**
 * The most bytes that the faults in an answer to a stranger may have: the whole answer has at most ten
 * times as many as the body, or 1,200.
 */
export function strangerBytes(bodyBytes: number): number {
  return Math.max(FEW_FAULTS_BYTES, STRANGER_FACTOR * bodyBytes - REST_BYTES)
}

/** The first faults, `maxBytes` of JSON at most, and how many more there are. */
export function listFaults(
  issues: readonly z.core.$ZodIssue[],
  maxBytes = Number.POSITIVE_INFINITY,
): Fault[] {
  const listed: Fault[] = []
  let bytes = 0
  for (const issue of issues) {
    for (const fault of toFaults(issue, MAX_FAULTS - listed.length)) {
      bytes += new TextEncoder().encode(JSON.stringify(fault)).length + 1
      if (bytes > maxBytes) return [...listed, unlisted(issues, listed.length)]
      listed.push(fault)
    }
  }
  const rest = countFaults(issues) - listed.length
  return rest === 0 ? listed : [...listed, unlisted(issues, listed.length)]
}

function unlisted(issues: readonly z.core.$ZodIssue[], listed: number): Fault {
  const rest = countFaults(issues) - listed
  const detail = rest === 1 ? 'One more fault is not listed' : `${rest} more faults are not listed`
  return { pointer: '', code: 'too_many_faults', detail }
}

function countFaults(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => {
    return sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1)
  }, 0)
}

/** `max`: no more of them than that. */
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

/** RFC 6901 §3. */
function toPointer(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${shortName(String(part)).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')
}

/** A name of bounded length that UTF-8 can carry. */
export function shortName(name: string): string {
  const short = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name
  return short.toWellFormed()
}
