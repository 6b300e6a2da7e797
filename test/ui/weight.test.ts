// What the page weighs, gzipped, beside its font. Each limit is a little above what it holds: whoever adds code sees
// how much it adds, and where.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, inject, it } from 'vitest'
import { pageDirOf } from '../../harness/build.ts'

const dir = join(pageDirOf(inject('bundleDir')), 'admin')
const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.\w+$/.test(file) && !file.endsWith('.woff2'))
  .map((file) => file.replaceAll('\\', '/'))

/** The files of these names; a name has no hash. */
function weightOf(names: readonly string[]): number {
  const sizes = names.map((name) => {
    const found = files.filter((file) => withoutHash(file) === name)
    expect(found, name).toHaveLength(1)
    return found.map((file) => gzipSync(readFileSync(join(dir, file))).byteLength)
  })
  return sizes.flat().reduce((sum, size) => sum + size, 0)
}

function withoutHash(file: string): string {
  return file.replace(/^assets\/([\w-]+)-[\w-]{8}(\.\w+)$/, '$1$2')
}

const FIRST = ['index.html', 'first.js', 'style.css']
const VISIT = [...FIRST, 'form-views.js', 'favicon.svg', 'touch-icon.png']
const KEYS = [...VISIT, 'key-views.js']

describe('the page, gzipped', () => {
  it('links to its first load, and to nothing else', () => {
    const html = readFileSync(join(dir, 'index.html'), 'utf8')
    const linked = [...html.matchAll(/(?:src|href)="\/admin\/([^"]+\.(?:js|css))"/g)]
    expect(linked.map(([, file = '']) => withoutHash(file)).toSorted()).toEqual(
      FIRST.filter((name) => name !== 'index.html').toSorted(),
    )
  })

  it.each([
    ['32 900 bytes until the list is there', FIRST, 32_900],
    ['58 000 bytes for a visit, with the form that is fetched behind the list', VISIT, 58_000],
    ['67 300 bytes for a customer of keys, in all', KEYS, 67_300],
    ['74 700 bytes with all that it ever loads', files.map(withoutHash), 74_700],
  ])('weighs at most %s', (_, names, bytes) => {
    expect(weightOf(names)).toBeLessThan(bytes)
  })
})
