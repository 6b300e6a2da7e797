// What is installed, on every platform: exact versions, each with the hash that npm checks.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PROJECT_DIR } from '../harness/project-dir.ts'

const read = (file: string) => readFileSync(join(PROJECT_DIR, file), 'utf8')

type Manifest = Readonly<Record<string, Readonly<Record<string, string>>>>

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
}

const manifest = JSON.parse(read('package.json')) as Manifest
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

  it('has an old Node say that it is too old, before it meets TypeScript', () => {
    const commands = Object.values(manifest['scripts'] ?? {}).filter((text) => /\.ts\b/.test(text))
    expect(commands).not.toEqual([])
    const first = /\bnode --import \.\/scripts\/node-version\.mjs /
    expect(commands.filter((text) => !first.test(text))).toEqual([])
  })

  it('runs no script of a package while it is installed', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m)
  })
})

describe('the workflows', () => {
  const files = globSync('.github/workflows/*.yml', { cwd: PROJECT_DIR })

  it.each(files)('%s names each action by its commit, and the version beside it', (file) => {
    const used = [...read(file).matchAll(/uses: (.*)/g)].map(([, text = '']) => text)
    expect(used).not.toEqual([])
    expect(used.filter((text) => !/^[\w./-]+@[0-9a-f]{40} # v[\d.]+$/.test(text))).toEqual([])
  })

  it.each(files)('%s may do no more than it must, and puts no input into a command', (file) => {
    const { permissions, jobs } = parse(read(file)) as Workflow
    const writes = file.endsWith('release.yml')
    expect(permissions).toEqual({ contents: writes ? 'write' : 'read' })
    const steps = Object.values(jobs).flatMap((job) => job.steps)
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts).not.toEqual([])
    expect(checkouts.every((step) => step.with?.['persist-credentials'] === false)).toBe(true)
  })

  it('have a version that the changelog tells of', () => {
    const [newest = ''] = /^## .*$/m.exec(read('CHANGELOG.md')) ?? []
    expect(['## Unreleased', `## ${String(manifest['version'])}`]).toContain(newest)
  })
})

describe('the container', () => {
  const lines = read('Dockerfile').split('\n')
  const { services } = parse(read('compose.yaml')) as Compose

  it('runs as a user who owns the data alone', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node'])
    const user = lines.indexOf('USER node')
    expect(lines.findLastIndex((line) => /^(?:COPY|RUN) /.test(line))).toBeLessThan(user)
    expect(lines.filter((line) => line.includes('chown'))).toEqual([
      'RUN mkdir /data && chown node:node /data',
    ])
  })

  it('answers this machine alone, and can do nothing else', () => {
    expect(services['gateway']).toMatchObject({
      ports: ['127.0.0.1:8787:8787'],
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  })

  it('gets nothing that git does not get', () => {
    const entries = (file: string) =>
      read(file)
        .split('\n')
        .filter((line) => /^[^#]/.test(line))
        .map((line) => line.replace(/\/$/, ''))
    const left = new Set(entries('.dockerignore'))
    expect(entries('.gitignore').filter((entry) => !left.has(entry))).toEqual([])
  })
})

interface Workflow {
  readonly permissions: object
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>
}

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Compose {
  readonly services: Readonly<Record<string, object>>
}
