// `npm run lighthouse`: Lighthouse's figures for the log-in and for the list, on the running product, as
// a mid-range phone on a slow connection would have it. Fails where one is too low.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmChromium } from '../harness/browser.ts'
import { Failure } from '../harness/failure.ts'
import { runStart } from './local/run-start.ts'

/** Fetched when it is wanted: it brings a hundred packages, and judges nothing else here. */
const LIGHTHOUSE = 'lighthouse@13.5.0'
const LEAST = { performance: 95, accessibility: 100, 'best-practices': 95 }
const TIMEOUT_MS = 180_000

interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>
  readonly audits: Readonly<
    Record<string, { readonly title: string; readonly score: number | null }>
  >
}

/** Elsewhere than on Linux, Lighthouse looks for a Chrome of the system. */
const env = {
  ...process.env,
  ...(process.platform === 'linux' && { CHROME_PATH: await npmChromium() }),
}
const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-lighthouse-'))
try {
  const running = await runStart({ PORT: '0', DATA_DIR: join(dir, 'data') }, true)
  try {
    const page = `${running.url}/admin/`
    judge('log-in', page, {})
    judge('list', page, { Cookie: await logIn(running.url, running) })
  } finally {
    await running.stop()
  }
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
} finally {
  rmSync(dir, { recursive: true, force: true })
}

function judge(name: string, url: string, headers: object): void {
  const file = join(dir, `${name}.json`)
  const { status } = spawnSync(
    'npx',
    [
      '--yes',
      LIGHTHOUSE,
      url,
      '--quiet',
      '--chrome-flags=--headless --no-sandbox',
      `--only-categories=${Object.keys(LEAST).join(',')}`,
      '--output=json',
      `--output-path=${file}`,
      `--extra-headers=${JSON.stringify(headers)}`,
    ],
    { cwd: dir, env, stdio: ['ignore', 'ignore', 'inherit'], timeout: TIMEOUT_MS },
  )
  if (status !== 0) throw new Failure(`Lighthouse did not judge the ${name}`)
  const { categories, audits } = JSON.parse(readFileSync(file, 'utf8')) as Report
  const scores = Object.entries(LEAST).map(([category, least]) => {
    return { category, least, score: Math.round((categories[category]?.score ?? 0) * 100) }
  })
  console.log(`${name}: ${scores.map(({ category, score }) => `${category} ${score}`).join(', ')}`)
  for (const { title, score } of Object.values(audits)) {
    if (score !== null && score < 0.9) console.log(`  ${title} (${score})`)
  }
  if (scores.some(({ score, least }) => score < least)) process.exitCode = 1
}

async function logIn(
  url: string,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<string> {
  const answer = await fetch(`${url}/admin/api/v1/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}
