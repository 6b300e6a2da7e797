// Reads what a request brings: a JSON body of 64 KiB at most against a schema, and the page of a
// list. All faults at once, each with a JSON Pointer, and a suggestion where one is obvious.

import type * as z from 'zod'
import type { IdKind } from '../ids.ts'
import { err, ok, type Result } from '../result.ts'
import type { Fault, Refusal } from './refusal.ts'
import { pageQuery } from './schemas.ts'

const MAX_BODY_BYTES = 64 * 1024

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

export interface Page {
  readonly limit: number
  /** The id after which the page starts; undefined for the first. */
  readonly before: string | undefined
}

/** Reads a JSON body and checks it. Refusals: 415, 413, 400, 422, in this order. */
export async function readBody<T>(
  request: Request,
  schema: z.ZodType<T>,
): Promise<Result<T, Refusal>> {
  const json = await readJson(request)
  return json.ok ? validate(json.value, schema) : json
}

/** `?limit=` and `?cursor=`; a cursor is the id of the last item of the page before. */
export function readPage(url: string, kind: IdKind): Result<Page, Refusal> {
  const query = validate(Object.fromEntries(new URL(url).searchParams), pageQuery(kind))
  return query.ok ? ok({ limit: query.value.limit, before: query.value.cursor }) : query
}

/** Cuts one row more than a page holds down to the page and its `next_cursor`. */
export function toPage<Row extends { readonly id: string }>(rows: readonly Row[], limit: number) {
  const items = rows.slice(0, limit)
  const nextCursor = rows.length > limit ? (items.at(-1)?.id ?? null) : null
  return { items, nextCursor }
}

async function readJson(request: Request): Promise<Result<unknown, Refusal>> {
  const [mediaType] = (request.headers.get('content-type') ?? '').split(';')
  if (mediaType?.trim().toLowerCase() !== 'application/json') {
    return err({ reason: 'unsupported_media_type' })
  }
  const bytes = await readBytes(request)
  if (bytes === null) return err({ reason: 'payload_too_large' })
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytes))
    return ok(value)
  } catch {
    return err({ reason: 'body_malformed' })
  }
}

/** The whole body, or null when it is too large: read no further than that. */
async function readBytes(request: Request): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

function validate<T>(value: unknown, schema: z.ZodType<T>): Result<T, Refusal> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return ok(parsed.data)
  return err({ reason: 'validation_failed', faults: parsed.error.issues.flatMap(toFaults) })
}

function toFaults(issue: z.core.$ZodIssue): Fault[] {
  const pointer = toPointer(issue.path)
  if (issue.input === undefined && issue.code !== 'custom') {
    return [{ pointer, code: 'required', detail: 'This member is required' }]
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        pointer: toPointer([...issue.path, key]),
        code: 'unknown_member',
        detail: 'There is no such member here; check its spelling or leave it out',
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
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
