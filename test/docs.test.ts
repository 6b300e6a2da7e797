import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const DOCS = readdirSync(join(ROOT, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`)

describe.each(['README.md', ...DOCS])('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')

  it('names files that are there', () => {
    const named = text.matchAll(/`((?:src|test|scripts|docs|bench|drizzle)\/[\w./-]+)`/g)
    const missing = [...named]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(ROOT, path)))
    expect(missing).toEqual([])
  })

  it('links to pages that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) => path)
    const folder = file.startsWith('docs/') ? 'docs' : ''
    expect(links.filter((path) => !existsSync(join(ROOT, folder, path)))).toEqual([])
  })
})
