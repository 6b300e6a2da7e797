// The client examples of the documents, run as they stand against the gateway, in each language that is
// installed. In CI, curl, Node and Python have to be.

import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { PROJECT_DIR } from '../harness/project-dir.ts'
import { page } from './support/documents.ts'
import { type Rig, startRig } from './support/rig.ts'

/** A client waits for as long as it is told, and a Go program is compiled first. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

const EXAMPLES = join(PROJECT_DIR, 'docs/integrate/examples')
const goDir = mkdtempSync(join(tmpdir(), 'portal-gateway-go-'))

interface Language {
  readonly name: string
  readonly file: string
  readonly run: readonly [string, ...string[]]
  /** Ends with 0 where the language is installed. */
  readonly probe: readonly [string, ...string[]]
  readonly optional?: boolean
}

const LANGUAGES: readonly Language[] = [
  { name: 'curl', file: 'client.sh', run: ['sh', 'client.sh'], probe: ['curl', '-V'] },
  { name: 'Node', file: 'client.mjs', run: ['node', 'client.mjs'], probe: ['node', '-v'] },
  { name: 'Python', file: 'client.py', run: ['python3', 'client.py'], probe: ['python3', '-V'] },
  {
    name: 'PHP',
    file: 'client.php',
    run: ['php', 'client.php'],
    probe: ['php', '-r', 'exit(extension_loaded("curl") ? 0 : 1);'],
    optional: true,
  },
  {
    name: 'Go',
    file: 'client.go',
    run: [join(goDir, 'client')],
    probe: ['go', 'version'],
    optional: true,
  },
]

function isInstalled({ probe: [command, ...args] }: Language): boolean {
  return spawnSync(command, args).status === 0
}

const INSTALLED = LANGUAGES.filter(isInstalled)
const MISSING = LANGUAGES.filter((language) => !INSTALLED.includes(language))

let rig: Rig
let token: string
/** How many requests each path has had. */
const visits = new Map<string, number>()

beforeAll(async () => {
  rig = await startRig()
  token = (await (await rig.customer()).createKey()).token
  rig.upstream.answerWith(answer)
  if (INSTALLED.some(({ name }) => name === 'Go')) {
    const built = spawnSync('go', ['build', '-o', join(goDir, 'client'), 'client.go'], {
      cwd: EXAMPLES,
      encoding: 'utf8',
    })
    expect(built.stderr).toBe('')
  }
})
afterAll(async () => {
  await rig.stop()
  rmSync(goDir, { recursive: true, force: true })
})

/** `/busy/…` is turned away once; all else is answered with what it sent. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? ''
  visits.set(path, (visits.get(path) ?? 0) + 1)
  let body = ''
  for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
  if (path.startsWith('/busy/') && visits.get(path) === 1) {
    response.writeHead(503, { 'Retry-After': '1' }).end('busy')
  } else {
    response.end(`${request.method} ${body}`)
  }
}

interface Ran {
  readonly code: number
  readonly lines: readonly string[]
}

function run({ run: [command, ...args] }: Language, key: string, ...call: string[]): Promise<Ran> {
  const env = { ...process.env, PORTAL_API_URL: rig.url, PORTAL_API_KEY: key }
  return new Promise((resolve) => {
    execFile(command, [...args, ...call], { cwd: EXAMPLES, env }, (error, stdout) => {
      const lines = stdout.trimEnd().split('\n')
      resolve({ code: error === null ? 0 : Number(error.code), lines })
    })
  })
}

it('finds the languages that CI has to have', () => {
  const needed = process.env['CI'] === 'true' ? LANGUAGES.filter((each) => !each.optional) : []
  expect(needed.filter((each) => MISSING.includes(each)).map(({ name }) => name)).toEqual([])
})

it.each(LANGUAGES)('quotes the client in $name as it is', ({ file }) => {
  const { blocks } = page('docs/integrate/client-libraries.md')
  const program = readFileSync(join(EXAMPLES, file), 'utf8').trimEnd()
  expect(blocks.map(({ text }) => text)).toContain(program)
})

describe.each(MISSING)('the client in $name', ({ name }) => {
  it.skip(`calls the Portal API: ${name} is not installed here`, () => undefined)
})

describe.each(INSTALLED)('the client in $name', (language) => {
  it.concurrent('calls the Portal API and ends with 0', async () => {
    const ran = await run(language, token, 'GET', `/ok/${language.name}`)
    expect(ran).toEqual({ code: 0, lines: ['200', 'GET'] })
    expect(visits.get(`/ok/${language.name}`)).toBe(1)
  })

  it.concurrent('sends a GET again where the Portal API was busy', async () => {
    const path = `/busy/get/${language.name}`
    expect(await run(language, token, 'GET', path)).toEqual({ code: 0, lines: ['200', 'GET'] })
    expect(visits.get(path)).toBe(2)
  })

  it.concurrent('never sends a POST again that the Portal API has seen', async () => {
    const path = `/busy/post/${language.name}`
    const ran = await run(language, token, 'POST', path, '{"to":"1"}')
    expect(ran).toEqual({ code: 1, lines: ['503', 'busy'] })
    expect(visits.get(path)).toBe(1)
  })

  it.concurrent('does not repeat what the gateway refuses', async () => {
    const { code, lines } = await run(
      language,
      `${token.slice(0, -1)}?`,
      'GET',
      `/no/${language.name}`,
    )
    expect({ code, status: lines[0] }).toEqual({ code: 1, status: '401' })
    expect(visits.get(`/no/${language.name}`)).toBeUndefined()
  })
})

it('sends a POST again that the gateway could not judge, in each language', async () => {
  const customer = await rig.customer()
  const keys = await Promise.all(INSTALLED.map(() => customer.createKey()))
  const refused = () =>
    rig.logs.filter((line) => line.includes('"authentication_unavailable"')).length
  const before = refused()
  rig.libsql.set('closed')
  const runs = INSTALLED.map((language, index) =>
    run(language, keys[index]?.token ?? '', 'POST', `/post/${language.name}`, '{"to":"1"}'),
  )
  await vi.waitUntil(() => refused() >= before + INSTALLED.length, { timeout: 60_000 })
  rig.libsql.set('open')
  for (const ran of await Promise.all(runs)) {
    expect(ran).toEqual({ code: 0, lines: ['200', 'POST {"to":"1"}'] })
  }
  expect(INSTALLED.map(({ name }) => visits.get(`/post/${name}`))).toEqual(INSTALLED.map(() => 1))
})
