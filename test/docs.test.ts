import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PAGES = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).toSorted()

describe.each(PAGES)('%s', (file) => {
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
    expect(links.filter((path) => !existsSync(join(ROOT, dirname(file), path)))).toEqual([])
  })
})
