import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../support/rig.ts'

let rig: Rig

beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

/** RFC 6455 §1.3. */
function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

describe('a WebSocket upgrade', () => {
  it('passes, and frames flow both ways', async () => {
    const key = await (await rig.customer()).createKey()
    rig.upstream.onUpgrade((request, socket) => {
      const accept = acceptOf(request.headers['sec-websocket-key'] ?? '')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      // Echoes short text frames: unmasks (RFC 6455 §5.3) and sends them back without a mask.
      socket.on('data', (frame: Buffer) => {
        if ((frame[0] ?? 0) !== 0x81) return
        const length = (frame[1] ?? 0) & 127
        const mask = frame.subarray(2, 6)
        const text = frame.subarray(6, 6 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0))
        socket.write(Buffer.concat([Buffer.from([0x81, length]), text]))
      })
    })

    const url = `${rig.url.replace('http', 'ws')}/socket?x=1`
    const answer = await rig.worker.miniflare.dispatchFetch(url.replace('ws', 'http'), {
      headers: { Upgrade: 'websocket', 'X-API-Key': key.token },
    })
    expect(answer.status).toBe(101)
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
    const socket = answer.webSocket
    if (socket === null) throw new Error('There is no WebSocket')
    const echoed = new Promise((resolve) => {
      socket.addEventListener('message', ({ data }) => resolve(data))
    })
    socket.accept()
    socket.send('hello')
    expect(await echoed).toBe('hello')
    socket.close()

    const [received] = rig.upstream.received
    expect(received).toMatchObject({ method: 'GET', url: '/socket?x=1' })
    expect(received?.headers).toMatchObject({ 'x-portal-key': key.id, upgrade: 'websocket' })
    expect(received?.headers).not.toHaveProperty('x-api-key')
  })

  it('is refused without a key, and the upstream is not called', async () => {
    rig.upstream.reset()
    const answer = await rig.worker.miniflare.dispatchFetch(`${rig.url}/socket`, {
      headers: { Upgrade: 'websocket' },
    })
    expect(answer.status).toBe(401)
    expect(rig.upstream.received).toHaveLength(0)
  })
})
