// The body of a leak report, in both forms that senders have: a list of tokens with what is known about them, or the
// array that code hosts send (https://docs.github.com/en/code-security/secret-scanning/secret-scanning-partnership-program).

import * as z from 'zod'
import { rule } from './text-rules.ts'

const MAX_TOKENS = 100

export interface LeakReport {
  readonly tokens: readonly string[]
  /** Where the first of them was found. */
  readonly url: string | undefined
  readonly note: string | undefined
}

const isFewEnough = rule('too_long', `A report has 1 to ${MAX_TOKENS} tokens`)
const isCounted = ({ length }: readonly unknown[]) => length >= 1 && length <= MAX_TOKENS

/** Counted before they are looked at. Anybody may send thousands, and a fault in each takes time. */
const counted = z.array(z.unknown()).refine(isCounted, isFewEnough)

const asObject = z.strictObject({
  tokens: counted.pipe(z.array(z.string())),
  url: z.string().optional(),
  note: z.string().optional(),
})

/** Code hosts add members, so only the tokens are checked. */
const asArray = counted.pipe(z.array(z.looseObject({ token: z.string() })))

export const leakBody = z
  .unknown()
  .transform((given, ctx): LeakReport => {
    const parsed = Array.isArray(given) ? parseArray(given) : parseObject(given)
    if (parsed.report !== undefined) return parsed.report
    for (const issue of parsed.issues) ctx.addIssue({ ...issue })
    return z.NEVER
  })
  .meta({
    override: {
      oneOf: [
        {
          type: 'object',
          properties: {
            tokens: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: MAX_TOKENS },
            url: { type: 'string', description: 'Where they were found' },
            note: { type: 'string' },
          },
          required: ['tokens'],
          additionalProperties: false,
        },
        {
          type: 'array',
          description: 'As code hosts send it',
          items: {
            type: 'object',
            properties: {
              token: { type: 'string' },
              type: {},
              url: {},
              source: {},
            },
            required: ['token'],
          },
          minItems: 1,
          maxItems: MAX_TOKENS,
        },
      ],
    },
  })

type Parsed =
  | { readonly report: LeakReport }
  | { readonly report?: undefined; readonly issues: readonly z.core.$ZodIssue[] }

function parseObject(given: unknown): Parsed {
  const parsed = asObject.safeParse(given, { reportInput: true })
  if (!parsed.success) return { issues: parsed.error.issues }
  const { tokens, url, note } = parsed.data
  return { report: { tokens, url, note } }
}

function parseArray(given: readonly unknown[]): Parsed {
  const parsed = asArray.safeParse(given, { reportInput: true })
  if (!parsed.success) return { issues: parsed.error.issues }
  const texts = (member: 'url' | 'source') =>
    parsed.data.map((item) => item[member]).find((value) => typeof value === 'string')
  return {
    report: {
      tokens: parsed.data.map(({ token }) => token),
      url: texts('url'),
      note: texts('source'),
    },
  }
}
