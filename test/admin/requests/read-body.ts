// Bodies as requests bring them, for the tests of the schemas.

import { Buffer } from 'node:buffer'
import type * as z from 'zod'
import type { Fault } from '../../../src/admin/answers/problem.ts'
import { readBody } from '../../../src/admin/input.ts'

/** Bodies with nothing but what they must have. */
export const KEY = { application_name: 'CRM', platform: 'server', password: 'secret' }
export const ACCOUNT = { email: 'ada@example.com', name: 'Ada', password: 'x'.repeat(12) }

async function read<T>(schema: z.ZodType<T>, body: unknown) {
  const headers = { 'Content-Type': 'application/json' }
  const bytes = Buffer.from(JSON.stringify(body))
  const request = new Request('https://gateway.example/', { method: 'POST', headers, body: bytes })
  return await readBody(request, schema)
}

/** What the schema makes of the body. */
export async function valueOf<T>(schema: z.ZodType<T>, body: unknown): Promise<T> {
  const result = await read(schema, body)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** What is wrong with the body. */
export async function faultsOf(schema: z.ZodType, body: unknown): Promise<readonly Fault[]> {
  const result = await read(schema, body)
  if (result.ok || result.error.reason !== 'validation_failed') throw new Error('not a 422')
  return result.error.faults
}
