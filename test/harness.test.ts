// What the scripts, the tests, the benchmarks and the fuzzers share stands in harness/, so that none of
// them depends on another, and the harness on none of them. Tests run the properties of fuzz/ in short, and what
// bench/ concludes from its figures.

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

/** What the files of each folder may import beside their own folder. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  harness: ['src'],
  scripts: ['src', 'harness'],
  bench: ['src', 'harness'],
  fuzz: ['src', 'harness'],
  test: ['src', 'harness', 'scripts', 'fuzz', 'bench'],
}

describe.each(Object.entries(ALLOWED))('%s/', (folder, allowed) => {
  it(`imports only ${allowed.join(', ')} and itself`, () => {
    const files = globSync(`${folder}/**/*.{ts,mts,mjs}`, { cwd: ROOT })
    expect(files.length).toBeGreaterThan(0)
    const foreign = files.flatMap((file) =>
      importedFolders(file)
        .filter((imported) => imported !== folder && !allowed.includes(imported))
        .map((imported) => `${file} imports from ${imported}/`),
    )
    expect(foreign).toEqual([])
  })
})

function importedFolders(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  // A line that begins with a statement, and not the text of a test about imports.
  const paths = source.matchAll(/^(?:import|export|\}) [^'"`]*?'(\.\.?\/[^']+)'$/gm)
  return [...paths].map(([, path = '']) => {
    return normalize(join(dirname(file), path)).split('/')[0] ?? ''
  })
}
