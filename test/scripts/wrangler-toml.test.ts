// What `npm start` and the tests run with, read from wrangler.toml without wrangler, whose import takes
// seconds in each of a hundred files.

import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { expect, it } from 'vitest'
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler'
import { toMiniflareBindings, WRANGLER_TOML } from '../../harness/wrangler-toml.ts'

const TEXT = readFileSync(WRANGLER_TOML, 'utf8')

it('is what wrangler makes of it', () => {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(
    unstable_readConfig({ config: WRANGLER_TOML }, { hideWarnings: true }),
  )
  const { assets, ratelimits, ...own } = toMiniflareBindings(parse(TEXT))
  expect(workerOptions).toMatchObject(own)
  expect(workerOptions['ratelimits']).toMatchObject(ratelimits)
  expect(workerOptions['assets']).toMatchObject(assets)
  const known = [...Object.keys(own), 'assets', 'ratelimits', ...MACHINERY]
  const others = Object.entries(workerOptions).filter(([name]) => !known.includes(name))
  expect(others.filter(([, value]) => isFull(value))).toEqual([])
})

/** Of how modules are found, which a bundle needs no more, and of the cron, which the harness drives. */
const MACHINERY = ['rootPath', 'modulesRules', 'cronTriggers', 'email']

function isFull(value: unknown): boolean {
  return value !== undefined && Object.keys(Object(value)).length > 0
}

it('takes nothing of a deployment that somebody put there', () => {
  const filledIn = TEXT.replace('0'.repeat(32), 'c0ffee'.padEnd(32, '1'))
  expect(filledIn).not.toBe(TEXT)
  const more = '\n[vars]\nADMIN_HOST = "keys.example.com"\nLIBSQL_URL = "https://db.example.com"\n'
  expect(toMiniflareBindings(parse(filledIn + more))).toEqual(toMiniflareBindings(parse(TEXT)))
})
