// Mutated request heads, byte by byte, at the built worker in workerd over raw sockets: whatever comes,
// it is answered, refused or let go, never with a 500, and never sent on beside the upstream's prefix.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { makeBenchKey } from '../harness/key.ts'
import { startWorkerd } from '../harness/workerd/workerd.ts'
import { buildProduct } from '../harness/build.ts'
import { makeSecrets } from '../harness/secrets.ts'
import { type Head, headOf } from './heads.ts'
import { mutated } from '../harness/mutated.ts'

/** The path of UPSTREAM_URL, which no request may leave. */
const PREFIX = '/base'
/** 501 is workerd's own answer to a method that is not one. */
const FAULT = /^5(?!01)/
/** A head that a mutation left without its end is waited for so long. */
const SILENCE_MS = 300

/** Once an answer has begun, more of it comes at once. */
const PAUSE_MS = 50

export async function startWorkerFuzz() {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-fuzz-'))
  const beside: (string | undefined)[] = []
  const upstream = createServer((incoming, response) => {
    if (incoming.url?.startsWith(`${PREFIX}/`) !== true) beside.push(incoming.url)
    incoming.resume()
    response.end()
  }).listen(0, '127.0.0.1')
  const [secrets] = await Promise.all([
    makeSecrets(),
    buildProduct(join(dir, 'product')),
    once(upstream, 'listening'),
  ])
  const upstreamPort = (upstream.address() as AddressInfo).port
  const key = await makeBenchKey(join(dir, 'data'), secrets.TOKEN_KEYS)
  const worker = await startWorkerd({
    dir: join(dir, 'product'),
    variables: {
      ...secrets,
      LIBSQL_URL: key.libsqlUrl,
      UPSTREAM_URL: `http://127.0.0.1:${upstreamPort}${PREFIX}`,
    },
    kvValue: key.kvValue,
  })
  const port = Number(new URL(worker.url).port)
  const statuses = new Map<string, number>()

  const good = headOf([key.token]).map(toText)
  const heads = fc.oneof(good, mutated(good))
  const property = fc.asyncProperty(heads, async (head) => {
    const answer = await exchange(port, head)
    const all = [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status = '']) => status)
    for (const status of all) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    assert.ok(!all.some((status) => FAULT.test(status)), answer.slice(0, 1_000))
    assert.deepEqual(beside.splice(0), [])
  })
  return {
    property,
    async stop() {
      console.log('answers by status:', Object.fromEntries(statuses))
      await worker.stop()
      await key.stop()
      upstream.closeAllConnections()
      upstream.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function toText({ method, path, headers }: Head): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${lines.join('')}\r\n`
}

/** What comes back, which is nothing for a head that has no end. */
async function exchange(port: number, head: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let answer = ''
  return await new Promise((resolve, reject) => {
    const finish = () => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(SILENCE_MS, finish)
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
      socket.setTimeout(PAUSE_MS, finish)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED')
        reject(error) // the worker has ended
      else finish()
    })
    socket.on('close', finish)
    socket.write(head)
  })
}
