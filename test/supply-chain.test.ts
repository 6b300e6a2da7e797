// What is installed, on every platform: exact versions, each with the hash that npm checks.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../harness/project-dir.ts'

const read = (file: string) => readFileSync(join(PROJECT_DIR, file), 'utf8')

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
}

const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

describe('package-lock.json', () => {
  it('has a hash of each package, those of other platforms too', () => {
    const unchecked = packages.filter(
      ([, { integrity }]) => integrity?.startsWith('sha512-') !== true,
    )
    expect(unchecked.map(([path]) => path)).toEqual([])
  })

  it('names no host, so that any registry will do', () => {
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('has one esbuild, and not the old one that answers to every website', () => {
    const all = packages.filter(([path]) => path.endsWith('/esbuild'))
    expect(all.map(([, { version }]) => version)).toEqual([
      manifest['devDependencies']?.['esbuild'],
    ])
  })
})

describe('package.json', () => {
  it.each(['dependencies', 'devDependencies', 'optionalDependencies'])('pins its %s', (kind) => {
    const ranges = Object.entries(manifest[kind] ?? {}).filter(
      ([, version]) => !/^\d/.test(version),
    )
    expect(ranges).toEqual([])
  })

  it('runs no script of a package while it is installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
  })
})

describe('the workflows', () => {
  it.each(['ci', 'deploy'])(
    '%s.yml names each action by its commit, and the version beside it',
    (name) => {
      const used = [...read(`.github/workflows/${name}.yml`).matchAll(/uses: (.*)/g)]
      expect(used.length).toBeGreaterThan(0)
      const unpinned = used.filter(
        ([, text = '']) => !/^[\w./-]+@[0-9a-f]{40} # v[\d.]+$/.test(text),
      )
      expect(unpinned.map(([text]) => text)).toEqual([])
    },
  )
})
