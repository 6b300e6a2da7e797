// A request whose body is still arriving while something else happens.

import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import type { Customer } from '../../harness/customer.ts'
import type { Rig } from './rig.ts'

/** Sends the head and all but the end of a body, does `meanwhile`, and then sends the rest. */
export async function sendHeldOpen(
  rig: Rig,
  customer: Pick<Customer, 'cookie'>,
  method: string,
  path: string,
  body: object,
  meanwhile: () => Promise<unknown>,
) {
  const text = JSON.stringify(body)
  const request = httpRequest(`${rig.url}/admin/api/v1${path}`, {
    method,
    agent: false,
    headers: {
      Cookie: customer.cookie,
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(text)),
    },
  })
  const before = rig.libsql.asked()
  request.write(text.slice(0, -1))
  // The session is looked up before the body is read: then the change comes in between.
  while (rig.libsql.asked() === before) await new Promise((resolve) => setImmediate(resolve))
  await rig.operator('GET', '/accounts?limit=1')
  await meanwhile()
  const response = once(request, 'response') as Promise<[IncomingMessage]>
  request.end(text.slice(-1))
  const [answer] = await response
  let received = ''
  for await (const chunk of answer.setEncoding('utf8')) received += chunk as string
  return { status: answer.statusCode, text: received, json: JSON.parse(received) as object }
}
