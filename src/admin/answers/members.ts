// The members that many answers have. This folder has the answers of the admin API. Each schema gives the
// type that handlers must return and a part of the OpenAPI document. Tests check every answer of the real
// worker against that document.

import * as z from 'zod'

export const time = z.string().meta({ format: 'date-time', description: 'RFC 3339, in UTC' })
export const address = z
  .string()
  .nullable()
  .meta({ description: 'IPv4 or IPv6; null where unreadable' })
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'The `cursor` of the next page; null on the last' })

export const enforcement = z
  .object({ effective_at: time })
  .meta({ id: 'Enforcement', description: 'The change holds for the next request anywhere' })

export type EnforcementAnswer = z.infer<typeof enforcement>
