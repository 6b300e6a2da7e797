// The upstream of the benchmark: a process of its own, so that its time is nobody else's.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface UpstreamProcess {
  readonly url: string
  readonly stop: () => void
}

/** `delayMs`: how long each answer takes. */
export async function startUpstreamProcess(delayMs = 0): Promise<UpstreamProcess> {
  const child = fork(import.meta.filename, [String(delayMs)], { stdio: 'inherit' })
  const [port] = (await once(child, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() }
}

if (process.send !== undefined) {
  const body = JSON.stringify({ customer: 'x'.repeat(200) })
  const delayMs = Number(process.argv[2])
  const server = createServer((incoming, response) => {
    incoming.resume()
    const answer = () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
    if (delayMs === 0) answer()
    else setTimeout(answer, delayMs)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send((server.address() as AddressInfo).port)
  process.once('disconnect', () => process.exit())
}
