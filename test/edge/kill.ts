// kill -9 in the middle of a stream of writes, again and again on the same data: what was answered
// holds at the first request after the restart, what was not is whole or absent, and the doctor finds
// nothing to mend.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { logIn } from '../../harness/customer.ts'
import { send } from '../../harness/http.ts'
import { OPERATOR_TOKEN, startLocalSystem } from './local-system.ts'
import { createWriter, type Writer } from './writer.ts'

const WRITERS = 4
const MOST_ANSWERS = 60
const POLL_MS = 500
/** A run of the cron, each minute, mends what a killed writer has left half done. */
const MENDED_WITHIN_MS = 100_000

/** What did not hold; empty where all did. */
export async function killAgainAndAgain(
  kills: number,
  onKill: (done: number, answers: number) => void = () => undefined,
): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-kill-'))
  let system = await startLocalSystem(dir)
  try {
    const { email, password } = system.demo
    const cookie = await logIn(system.url, email, password)
    const customer = { cookie, password }
    const writers = Array.from({ length: WRITERS }, (_, i) => createWriter(`w${i}`, customer))
    let answers = 0
    for (let done = 1; done <= kills; done++) {
      answers += await writeUntilKilled(system.url, writers, system.kill)
      system = await startLocalSystem(dir)
      const { url } = system
      const verifyAll = async () =>
        (await Promise.all(writers.map((writer) => writer.verify(url)))).flat()
      const broken = [...(await verifyAll()), ...(await verifyList(url, cookie, writers))]
      await Promise.all(writers.map((writer) => writer.repeat(url)))
      broken.push(...(await verifyAll()), ...(await consultDoctor(url)))
      onKill(done, answers)
      if (broken.length > 0) return broken.map((text) => `after kill ${done}: ${text}`)
    }
    return []
  } finally {
    await system.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Lets the writers write, kills the system after some answers, and tells after how many. */
async function writeUntilKilled(
  url: string,
  writers: readonly Writer[],
  kill: () => Promise<void>,
): Promise<number> {
  const enough = 1 + Math.floor(Math.random() * MOST_ANSWERS)
  let answers = 0
  let killed: Promise<void> | undefined
  const onAnswer = () => {
    if (++answers >= enough) killed ??= kill()
  }
  await Promise.all(writers.map((writer) => writer.writeUntilBroken(url, onAnswer)))
  await killed
  return answers
}

/** Every key that is there is one that somebody has made, or was making. */
async function verifyList(
  url: string,
  cookie: string,
  writers: readonly Writer[],
): Promise<string[]> {
  const list = await send(`${url}/admin/api/v1/keys?limit=200`, { headers: { Cookie: cookie } })
  const keys = list.json['keys'] as { id: string; application_name: string }[]
  const known = new Set(writers.flatMap((writer) => writer.knownNames()))
  return keys
    .filter(({ application_name: name }) => name !== 'Demo key' && !known.has(name))
    .map(({ id, application_name: name }) => `${id} (${name}) is there, and nobody made it`)
}

/** A write that a killed worker made to KV too late is put right by the cron, so the doctor may wait. */
async function consultDoctor(url: string): Promise<string[]> {
  const deadline = Date.now() + MENDED_WITHIN_MS
  for (;;) {
    const found = await examine(url)
    if (found.length === 0 || Date.now() > deadline) return found
    await sleep(POLL_MS)
  }
}

async function examine(url: string): Promise<string[]> {
  const doctor = spawn(process.execPath, [join(PROJECT_DIR, 'scripts/doctor.ts'), '--url', url], {
    env: { ...process.env, OPERATOR_TOKEN },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  doctor.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  doctor.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(doctor, 'close')) as [number | null]
  return code === 0 ? [] : [`the doctor ends with ${code}: ${output}`]
}
