// Reads what a request brings: a JSON body of 64 KiB at most against a schema, and the page of a
// list. All faults at once (faults.ts).

import type * as z from 'zod'
import type { IdKind } from '../ids.ts'
import { err, ok, type Result } from '../result.ts'
import { listFaults, strangerBytes } from './faults.ts'
import type { Refusal } from './refusal.ts'
import { repeatedMember } from './repeated-member.ts'
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
  return json.ok ? validate(json.value.value, schema) : json
}

/** As `readBody`, where nobody is logged in: the answer must not be much longer than the body. */
export async function readStrangersBody<T>(
  request: Request,
  schema: z.ZodType<T>,
): Promise<Result<T, Refusal>> {
  const json = await readJson(request)
  if (!json.ok) return json
  return validate(json.value.value, schema, strangerBytes(json.value.bytes))
}

/** `?limit=` and `?cursor=`; a cursor is the id of the last item of the page before. */
export function readPage(url: string, kind: IdKind): Result<Page, Refusal> {
  const query = validate(Object.fromEntries(new URL(url).searchParams), pageQuery(kind))
  return query.ok ? ok({ limit: query.value.limit, before: query.value.cursor }) : query
}

/** The value of a JSON body, and how many bytes the body has. */
interface ReadJson {
  readonly value: unknown
  readonly bytes: number
}

async function readJson(request: Request): Promise<Result<ReadJson, Refusal>> {
  const [mediaType] = (request.headers.get('content-type') ?? '').split(';')
  if (mediaType?.trim().toLowerCase() !== 'application/json') {
    return err({ reason: 'unsupported_media_type' })
  }
  try {
    const bytes = await readBytes(request)
    if (bytes === null) return err({ reason: 'payload_too_large' })
    const text = UTF8.decode(bytes)
    const value: unknown = JSON.parse(text)
    const repeated = repeatedMember(text)
    if (repeated !== null) return err({ reason: 'body_malformed', repeated })
    return ok({ value, bytes: bytes.byteLength })
  } catch {
    return err({ reason: 'body_malformed' }) // or it broke off: a bad chunk, a client that has gone
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

function validate<T>(
  value: unknown,
  schema: z.ZodType<T>,
  maxFaultBytes?: number,
): Result<T, Refusal> {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return ok(parsed.data)
  return err({
    reason: 'validation_failed',
    faults: listFaults(parsed.error.issues, maxFaultBytes),
  })
}
