// The upstream of the benchmark: a process of its own, so that its time is nobody else's.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface UpstreamProcess {
  readonly url: string
  readonly stop: () => void
}

export async function startUpstreamProcess(): Promise<UpstreamProcess> {
  const child = fork(import.meta.filename, { stdio: 'inherit' })
  const [port] = (await once(child, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() }
}

if (process.send !== undefined) {
  const body = JSON.stringify({ customer: 'x'.repeat(200) })
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  process.send((server.address() as AddressInfo).port)
  process.once('disconnect', () => process.exit())
}
