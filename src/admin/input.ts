// Reads and validates the input of a request: a JSON body, of at most 64 KiB as a rule, and the query of a list. A
// refusal lists all faults at once (faults.ts).

import type * as z from 'zod'
import type { IdKind } from '../shared/ids.ts'
import { err, ok, type Result } from '../shared/result.ts'
import { listFaults, unauthenticatedFaultBytes } from './faults.ts'
import type { Refusal } from './refusal.ts'
import { findRepeatedMember } from './repeated-member.ts'
import { pageQuery } from './requests/page.ts'

const MAX_BODY_BYTES = 64 * 1024

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

export interface Page {
  readonly limit: number
  /** The last id of the page before; undefined for the first page. */
  readonly before: string | undefined
}

/**
 * Reads a JSON body and checks it. Refusals: 415, 413, 400, 422, in this order. `maxBytes`: of a call that takes
 * larger bodies.
 */
export async function readBody<T>(
  request: Request,
  schema: z.ZodType<T>,
  maxBytes = MAX_BODY_BYTES,
): Promise<Result<T, Refusal>> {
  const json = await readJson(request, maxBytes)
  return json.ok ? validate(json.value.value, schema) : json
}

/** As `readBody`, for a client that is not logged in. The refusal must not be much longer than the body. */
export async function readUnauthenticatedBody<T>(
  request: Request,
  schema: z.ZodType<T>,
): Promise<Result<T, Refusal>> {
  const json = await readJson(request, MAX_BODY_BYTES)
  if (!json.ok) return json
  return validate(json.value.value, schema, unauthenticatedFaultBytes(json.value.bytes))
}

/** Reads `?limit=` and `?cursor=`. A cursor is the id of the last item of the page before. */
export function readPage(url: string, kind: IdKind): Result<Page, Refusal> {
  const query = readQuery(url, pageQuery(kind))
  return query.ok ? ok({ limit: query.value.limit, before: query.value.cursor }) : query
}

/** Reads the query of a URL and checks it. */
export function readQuery<T>(url: string, schema: z.ZodType<T>): Result<T, Refusal> {
  return validate(Object.fromEntries(new URL(url).searchParams), schema)
}

/** The value of a JSON body, and how many bytes the body has. */
interface ReadJson {
  readonly value: unknown
  readonly bytes: number
}

async function readJson(request: Request, maxBytes: number): Promise<Result<ReadJson, Refusal>> {
  const [mediaType] = (request.headers.get('content-type') ?? '').split(';')
  if (mediaType?.trim().toLowerCase() !== 'application/json') {
    return err({ reason: 'unsupported_media_type' })
  }
  try {
    const bytes = await readBytes(request, maxBytes)
    if (bytes === null) return err({ reason: 'payload_too_large', maxBytes })
    const text = UTF8.decode(bytes)
    const value: unknown = JSON.parse(text)
    const repeated = findRepeatedMember(text)
    if (repeated !== null) return err({ reason: 'body_malformed', repeated })
    return ok({ value, bytes: bytes.byteLength })
  } catch {
    return err({ reason: 'body_malformed' }) // or the body broke off, such as after a bad chunk
  }
}

/** Reads the whole body. Stops and answers null if it is too large. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length')) > maxBytes) return null
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) return null
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
