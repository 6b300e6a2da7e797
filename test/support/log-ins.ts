// Log-ins that may fail, and what is expected of those that come too often.

import { scryptSync } from 'node:crypto'
import { expect } from 'vitest'
import { type HttpAnswer, send } from '../../harness/http.ts'

export function tryLogIn(
  url: string,
  email: string,
  password: string,
  address: string,
): Promise<HttpAnswer> {
  return send(`${url}/admin/api/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'CF-Connecting-IP': address },
    body: JSON.stringify({ email, password }),
  })
}

/** The codes of attempts made one after the other. */
export async function codesOf(
  count: number,
  attempt: () => Promise<HttpAnswer>,
): Promise<unknown[]> {
  const codes = []
  for (let i = 0; i < count; i++) codes.push((await attempt()).json['code'])
  return codes
}

export function expectThrottled(answer: HttpAnswer): void {
  expect(answer.status).toBe(429)
  expect(answer.json).toMatchObject({ code: 'throttled' })
  const seconds = Number(answer.headers['retry-after'])
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(300)
}

/** A stored hash that costs nothing to check. */
export function weakHash(password: string): string {
  const salt = Buffer.alloc(16, 7)
  const hash = scryptSync(password, salt, 32, { N: 2, r: 1, p: 1 })
  return `$scrypt$ln=1,r=1,p=1$${salt.toString('base64url')}$${hash.toString('base64url')}`
}
