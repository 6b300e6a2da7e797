// A real receiver of events on loopback. It verifies each signature as the specification says it
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md), with code of
// its own, and answers as a test wants it to.

import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface ReceivedEvent {
  readonly id: string
  readonly type: string
  readonly timestamp: string
  readonly data: Readonly<Record<string, unknown>>
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Answers an event. It is taken, and answered, if this gives `'taken'`. */
export type Reply = (event: ReceivedEvent, response: ServerResponse) => unknown

export interface EventReceiver {
  readonly url: string
  /** All that came with a good signature, also what was not taken, in order. */
  readonly received: ReceivedEvent[]
  /** What was wrong with any request; it stays empty. */
  readonly wrong: string[]
  readonly taken: ReceivedEvent[]
  replyWith: (reply: Reply) => void
  readonly stop: () => Promise<void>
}

export const EVENTS_SECRET = `whsec_${Buffer.alloc(32, 'events').toString('base64')}`
const TOLERANCE_S = 300

/** `nowMs`: the clock by which timestamps are held against the time. */
export async function startEventReceiver(
  nowMs: () => number = Date.now,
  secret = EVENTS_SECRET,
): Promise<EventReceiver> {
  const received: ReceivedEvent[] = []
  const taken: ReceivedEvent[] = []
  const wrong: string[] = []
  const sockets = new Set<Socket>()
  let reply: Reply = () => 'taken'

  const server = createServer(async function receive(request, response) {
    const body = Buffer.concat(await request.toArray()).toString()
    const fault = verify(request, body, secret, nowMs())
    if (fault !== null) {
      wrong.push(fault)
      return void response.writeHead(401).end()
    }
    const { type, timestamp, data } = JSON.parse(body) as ReceivedEvent
    const id = String(request.headers['webhook-id'])
    const event = { id, type, timestamp, data, text: body, headers: request.headers }
    received.push(event)
    if ((await reply(event, response)) !== 'taken') return
    taken.push(event)
    response.writeHead(204).end()
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events?of=test`,
    received,
    taken,
    wrong,
    replyWith(next) {
      reply = next
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** What is wrong with a request; null if nothing is. */
function verify(
  { method, url, headers }: IncomingMessage,
  body: string,
  secret: string,
  nowMs: number,
): string | null {
  if (method !== 'POST' || url !== '/events?of=test') return `${method} ${url}`
  if (headers['content-type'] !== 'application/json') return 'content-type'
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const given = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof given !== 'string') {
    return 'a header is missing'
  }
  if (!/^\d+$/.test(timestamp)) return 'the timestamp is no number'
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_S) return 'the timestamp is old'
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  const isGood = given.split(' ').some((one) => {
    const [version, signature = ''] = one.split(',')
    const bytes = Buffer.from(signature, 'base64')
    return version === 'v1' && bytes.length === 32 && timingSafeEqual(bytes, expected)
  })
  return isGood ? null : 'the signature is wrong'
}
