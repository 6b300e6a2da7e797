// Whether one value of what decides about a key lets in a request that another one refuses. Pure.

import type { Truth } from './verdict.ts'

/** The part of a register, such as `acl` of `k1 acl`. Parts that are not compared here count as no opener. */
export function isOpener(part: string, value: string, than: string): boolean {
  switch (part as keyof Truth) {
    case 'acl':
      return than !== 'anyone' && value !== than
    case 'status':
      return value === 'active' && than !== 'active'
    case 'switch':
      return value === 'on' && than === 'off'
    case 'end':
      return timeOf(value) > timeOf(than)
    default:
      return false
  }
}

function timeOf(end: string): number {
  return end === 'never' ? Infinity : Number(end)
}
