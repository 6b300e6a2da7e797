// The member `ip_acl_notes` of a request: a note under each entry that has one. An entry may be written as in
// `ip_acl`, and is stored in its canonical form.

import * as z from 'zod'
import { type AclNotes, unlistedEntries } from '../keys/acl-notes.ts'
import { formatNetwork, parseCidr } from '../keys/cidr.ts'
import type { Fault } from './answers/problem.ts'
import { MAX_FAULTS, toPointer } from './faults.ts'
import { MAX_ACL_ENTRIES } from './requests/ip-acl.ts'
import type { Refusal } from './refusal.ts'
import { visibleText } from './text-rules.ts'

const MAX_NOTE = 100
const note = visibleText(MAX_NOTE)

/** An empty note is none. */
export const aclNotes = z
  .looseObject({})
  .transform((given, ctx): AclNotes => {
    const notes = new Map<string, string>()
    let faults = 0
    const fail = (issue: Parameters<typeof ctx.addIssue>[0]) => {
      faults++
      ctx.addIssue(issue)
    }
    for (const [entry, value] of Object.entries(given)) {
      if (faults >= MAX_ACL_ENTRIES) break // a body has room for more, and each takes time
      const network = parseCidr(entry)
      if (!network.ok) {
        const { detail, ...params } = network.error
        fail({ code: 'custom', message: detail, params, path: [entry] })
        continue
      }
      const canonical = formatNetwork(network.value)
      if (notes.has(canonical)) {
        const params = { code: 'entry_repeated' }
        const message = `There is another note on ${canonical}`
        fail({ code: 'custom', message, params, path: [entry] })
        continue
      }
      if (typeof value === 'string' && value.trim() === '') continue
      const parsed = note.safeParse(value, { reportInput: true })
      if (parsed.success) notes.set(canonical, parsed.data)
      else for (const issue of parsed.error.issues) fail({ ...issue, path: [entry] })
    }
    return Object.fromEntries(notes)
  })
  .meta({
    override: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: MAX_NOTE },
    },
    description:
      'A note under an entry of `ip_acl`. A note goes with its entry, and an empty one is none; what is sent replaces all notes',
  })

/** A refusal if a note is on an entry that the IP ACL does not have. */
export function refuseUnlistedNotes(
  notes: AclNotes | undefined,
  ipAcl: readonly string[],
): Refusal | null {
  const unlisted = unlistedEntries(notes ?? {}, ipAcl)
  if (unlisted.length === 0) return null
  const faults = unlisted.slice(0, MAX_FAULTS).map((entry): Fault => ({
    pointer: toPointer(['ip_acl_notes', entry]),
    code: 'entry_not_listed',
    detail: `"${entry}" is no entry of ip_acl; a note needs one`,
  }))
  return { reason: 'validation_failed', faults }
}
