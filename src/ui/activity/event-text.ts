// The sentences for what an event of the audit changed.

import { isolateDirection } from '../messages/display-text.ts'
import * as aclText from '../messages/acl.ts'
import * as text from '../messages/activity.ts'
import * as commonText from '../messages/common.ts'
import * as rotationText from '../messages/rotation.ts'
import { isRateLimit, limitText } from '../panel/rate-limit.ts'
import { untilText } from '../messages/times.ts'
import type { AuditEvent } from '../api/types.ts'

type Change = AuditEvent['changes'][string]

const MAX_NETWORKS = 5

export function changeText(changes: AuditEvent['changes']): string[] {
  return Object.entries(changes).flatMap(([member, change]) => {
    if (member === 'user_id') return [] // the e-mail address beside it tells people more
    const names: Partial<Record<string, string>> = text.members
    const value = valueText(change)
    return value === '' ? [] : [`${names[member] ?? member}: ${value}`]
  })
}

/** Empty if there is nothing to tell. */
function valueText(change: Change): string {
  if ('added' in change) {
    const [added, removed] = [change.added, change.removed].map((list) =>
      list.slice(0, MAX_NETWORKS).join(', '),
    )
    const left = [change.added, change.removed].map(({ length }) => length - MAX_NETWORKS)
    const rest = left.reduce((sum, count) => sum + Math.max(0, count), change.more)
    return [
      added !== '' && text.added(String(added)),
      removed !== '' && text.removed(String(removed)),
      rest > 0 && text.others(rest),
    ]
      .filter((part) => part !== false)
      .join(', ')
  }
  const [before, after] = change
  if (before === after) return before === null ? '' : shownValue(before)
  if (before !== null) return `${shownValue(before)} → ${shownValue(after)}`
  return after === null ? '' : shownValue(after)
}

/** As the API writes times. */
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

function isRotation(value: unknown): value is { readonly ends_at: string } {
  return typeof value === 'object' && value !== null && 'ends_at' in value
}

/** Of the IP ACL, by network. */
function isNotes(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(
      ([network, note]) => /[.:]/.test(network) && typeof note === 'string',
    )
  )
}

function notesText(notes: readonly (readonly [network: string, note: string])[]): string {
  if (notes.length === 0) return text.nothing
  const rest = notes.length - MAX_NETWORKS
  const first = notes
    .slice(0, MAX_NETWORKS)
    .map(([network, note]) => `${network} ${aclText.quoted(note)}`)
    .join(', ')
  return rest > 0 ? aclText.andMore(first, rest) : first
}

function shownValue(value: unknown): string {
  if (value === null || value === undefined) return text.nothing
  if (isRateLimit(value)) return limitText(value)
  if (isNotes(value)) return notesText(Object.entries(value))
  if (isRotation(value)) return rotationText.until(untilText(value.ends_at))
  if (typeof value !== 'string') return JSON.stringify(value)
  if (TIME.test(value)) return untilText(value)
  const words: Partial<Record<string, string>> = {
    ...commonText.platforms,
    ...aclText.modes,
    ...commonText.roles,
  }
  return words[value] ?? isolateDirection(value)
}
