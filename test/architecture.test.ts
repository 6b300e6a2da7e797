// The laws of the code, held against the import graph of src/. Imports of types count too: what a
// module knows is what it depends on. One module is excepted: the page takes the types of the API there.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** From a module to what it imports: modules by their path, packages by their name. */
type Graph = ReadonlyMap<string, readonly string[]>

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const COMPOSITION = 'src/app.ts'
const API_TYPES = 'src/ui/api/types.ts'
const COMPUTED = 'a computed name'

/** What begins with the first must not reach, by any way, what begins with one of the others. */
const FENCES: readonly (readonly [string, readonly string[]])[] = [
  ['src/gateway/', ['src/admin/', 'src/db/', 'drizzle-orm', '@libsql/', 'libsql']],
  ['src/admin/', ['src/gateway/']],
  ['src/keys/', ['src/stores/', 'src/gateway/', 'src/admin/', 'src/db/']],
  ['src/problems/', ['src/keys/', 'src/stores/', 'src/gateway/', 'src/admin/', 'src/db/', 'hono']],
  ['src/http/', ['src/stores/', 'src/gateway/', 'src/admin/', 'src/db/', 'hono']],
  ['src/log/', ['src/stores/', 'src/gateway/', 'src/admin/', 'src/db/', 'hono']],
  // What every room may use, the page in the browser too.
  ['src/shared/', ['src/configuration/', 'src/http/', 'src/log/', 'src/problems/', 'src/keys/']],
  ['src/shared/', ['src/stores/', 'src/gateway/', 'src/admin/', 'src/db/', 'src/ui/']],
  // The page is one more client of the admin API, in a browser.
  ['src/ui/', ['src/gateway/', 'src/admin/', 'src/db/', 'src/stores/', 'src/app.ts', 'node:']],
  // The provider is asked here, and nothing else is known here of what is done with its answers.
  ['src/identity/', ['src/gateway/', 'src/admin/', 'src/db/', 'src/stores/', 'src/configuration/']],
  ['src/gateway/', ['src/identity/', 'oauth4webapi']],
  ['src/app.ts', ['src/ui/']],
  ['src/composition/', ['src/ui/']],
]

/** A package belongs to one place, or to those places that are named. */
const OWNERS: Readonly<Record<string, string | readonly string[]>> = {
  jose: ['src/gateway/assertion.ts', 'src/identity/'],
  oauth4webapi: 'src/identity/',
  '@libsql/client': 'src/db/client.ts',
  'drizzle-orm': 'src/db/',
  'zod-openapi': 'src/admin/openapi/',
  hono: 'src/admin/',
  preact: 'src/ui/',
  uqr: 'src/admin/qr-code.ts',
}

describe('src/', () => {
  const graph = toGraph(readSources())

  it('keeps the laws of the code', () => {
    expect(graph.size).toBeGreaterThan(40)
    expect(violations(graph)).toEqual([])
  })

  it('imports only what is there, under its whole name', () => {
    const paths = [...graph.values()].flat().filter((target) => target.startsWith('src/'))
    expect(paths.filter((path) => !existsSync(posix.join(ROOT, path)))).toEqual([])
  })

  it.each(Object.entries(OWNERS))('uses %s where the law says: %s', (name, owner) => {
    const users = [...graph].filter(([, targets]) => targets.includes(name))
    for (const each of [owner].flat()) {
      expect(users.map(([module]) => module)).toContainEqual(expect.stringContaining(each))
    }
  })

  it('writes to the log in one place', () => {
    const users = [...readSources()].filter(([, source]) => /\bconsole\./.test(source))
    const worker = users.map(([path]) => path).filter((path) => !path.startsWith('src/ui/'))
    expect(worker.toSorted()).toEqual(['src/log/fault.ts', 'src/log/request-line.ts'])
  })

  it('holds at its root what composes, and nothing else', () => {
    const loose = [...graph.keys()].filter((path) => path.split('/').length === 2)
    expect(loose.toSorted()).toEqual(['src/app.ts', 'src/index.ts'])
  })

  it('holds at the root of the page what composes its rooms, and nothing else', () => {
    const loose = [...graph.keys()].filter((path) => /^src\/ui\/[^/]+$/.test(path))
    const names = [
      'account-views.ts',
      'app.tsx',
      'form-views.ts',
      'key-views.ts',
      'main.tsx',
      'views.ts',
      'workspace.tsx',
    ]
    expect(loose.toSorted()).toEqual(names.map((name) => `src/ui/${name}`))
  })

  it('composes both planes in one place', () => {
    const targets = graph.get(COMPOSITION) ?? []
    for (const plane of ['src/gateway/', 'src/admin/']) {
      expect(targets).toContainEqual(expect.stringContaining(plane))
    }
  })
})

describe('importsOf()', () => {
  it.each([
    ["import { a } from './a.ts'", ['./a.ts']],
    ["import a from './a.ts'", ['./a.ts']],
    ["import * as a from './a.ts'", ['./a.ts']],
    ["import type { A } from './a.ts'", ['./a.ts']],
    ["import { type A, b } from './a.ts'", ['./a.ts']],
    ["import './a.ts'", ['./a.ts']],
    ["import{a}from'./a.ts';import{b}from'./b.ts'", ['./a.ts', './b.ts']],
    ['import { a } from "./a.ts"', ['./a.ts']],
    ["import {\n  a,\n  b,\n} from './a.ts'", ['./a.ts']],
    ["import {\n  a, // it's \"a\"\n  b,\n} from './a.ts'", ['./a.ts']],
    ["import a from './a.json' with { type: 'json' }", ['./a.json']],
    ["import a from './a.ts'\nimport b from './b.ts'", ['./a.ts', './b.ts']],
    ["export { a } from './a.ts'", ['./a.ts']],
    ["export type { A } from './a.ts'", ['./a.ts']],
    ["export * from './a.ts'", ['./a.ts']],
    ["export * as a from './a.ts'", ['./a.ts']],
    ["const a = await import('./a.ts')", ['./a.ts']],
    ["const a = await import(\n  './a.ts',\n)", ['./a.ts']],
    ["let a: import('./a.ts').A", ['./a.ts']],
    ['void import(`./a.ts`)', ['./a.ts']],
    ["const a = require('./a.ts')", ['./a.ts']],
    ['await import(name)', [COMPUTED]],
    ["await import('./' + name)", [COMPUTED]],
    ['await import(`./${name}.ts`)', [COMPUTED]],
    ["// import a from './a.ts'", []],
    ["/**\n * import a from './a.ts'\n */", []],
    ["const a = Array.from('abc')", []],
    ["export const from = 'abc'", []],
    ["const url = import.meta.url + '/abc'", []],
  ])('reads %j', (source, specifiers) => {
    expect(importsOf(source)).toEqual(specifiers)
  })
})

describe('toGraph()', () => {
  it('resolves paths, and names packages', () => {
    const source = [
      "import a from '../keys/a.ts'",
      "import b from './b.ts'",
      "import c from '@libsql/client/web'",
      "import d from 'drizzle-orm/sqlite-core'",
      "import e from 'node:buffer'",
    ].join('\n')
    expect(toGraph(new Map([['src/db/x.ts', source]]))).toEqual(
      new Map([
        [
          'src/db/x.ts',
          ['src/keys/a.ts', 'src/db/b.ts', '@libsql/client', 'drizzle-orm', 'node:buffer'],
        ],
      ]),
    )
  })
})

describe('violations()', () => {
  it('lets the page take types of the control plane, in one module, and nothing else', () => {
    const types = "import type { A } from '../../admin/answers/key.ts'"
    const found = (path: string, source: string) => violations(toGraph(new Map([[path, source]])))
    expect(found(API_TYPES, types)).toEqual([])
    expect(found(API_TYPES, types.replace('import type', 'import'))).toHaveLength(1)
    expect(found('src/ui/api/api.ts', types)).toHaveLength(1)
  })

  const lawful = {
    'src/index.ts': ['src/app.ts'],
    'src/app.ts': ['src/gateway/gateway.ts', 'src/admin/admin.ts', 'src/db/client.ts'],
    'src/gateway/gateway.ts': [
      'src/keys/address.ts',
      'src/log/fault.ts',
      'src/gateway/assertion.ts',
    ],
    'src/gateway/assertion.ts': ['jose'],
    'src/admin/admin.ts': ['hono', 'src/keys/address.ts', 'src/db/client.ts', 'src/log/fault.ts'],
    'src/db/client.ts': ['@libsql/client', 'drizzle-orm', 'src/keys/address.ts'],
    'src/keys/address.ts': [],
    'src/log/fault.ts': [],
    'src/ui/app.tsx': ['preact', 'src/ui/api/api.ts', 'src/keys/address.ts'],
    'src/ui/api/api.ts': [],
  }

  it('finds none where there is none', () => {
    expect(violations(graphOf(lawful))).toEqual([])
  })

  const UNREACHABLE = 'must not be reached'
  const gateway = 'src/gateway/gateway.ts'
  const admin = 'src/admin/admin.ts'
  const address = 'src/keys/address.ts'
  const log = 'src/log/fault.ts'

  it.each([
    ['the data plane importing the control plane', gateway, [admin], UNREACHABLE],
    ['the control plane importing the data plane', admin, ['src/gateway/x.ts'], UNREACHABLE],
    ['the data plane importing the database', gateway, ['src/db/client.ts'], UNREACHABLE],
    ['the data plane reaching the database', log, ['src/db/client.ts'], UNREACHABLE],
    ['the data plane importing drizzle', gateway, ['drizzle-orm'], UNREACHABLE],
    ['the data plane reaching drizzle', log, ['drizzle-orm'], UNREACHABLE],
    ['the data plane importing libSQL', gateway, ['@libsql/hrana-client'], UNREACHABLE],
    ['the data plane reaching libSQL', log, ['libsql'], UNREACHABLE],
    ['keys importing a store', address, ['src/stores/key-kv.ts'], UNREACHABLE],
    ['keys importing the data plane', address, ['src/gateway/x.ts'], UNREACHABLE],
    ['keys importing the control plane', address, ['src/admin/x.ts'], UNREACHABLE],
    ['keys importing the database', address, ['src/db/schema/tokens.ts'], UNREACHABLE],
    ['the table of problems importing a plane', 'src/problems/x.ts', [admin], UNREACHABLE],
    ['a third user of jose', admin, ['jose'], 'belongs to src/gateway/assertion.ts'],
    ['a second user of oauth4webapi', admin, ['oauth4webapi'], 'belongs to src/identity/'],
    ['a second user of libSQL', admin, ['@libsql/client'], 'belongs to src/db/client.ts'],
    ['a second user of drizzle', admin, ['drizzle-orm'], 'belongs to src/db/'],
    ['hono in the data plane', gateway, ['hono'], 'belongs to src/admin/'],
    ['the page importing the control plane', 'src/ui/app.tsx', ['src/admin/x.ts'], UNREACHABLE],
    ['the page reaching the database', 'src/ui/api/api.ts', ['src/db/client.ts'], UNREACHABLE],
    ['the page importing a module of Node', 'src/ui/api/api.ts', ['node:buffer'], UNREACHABLE],
    ['the worker reaching the page', log, ['src/ui/api/api.ts'], UNREACHABLE],
    ['preact in the control plane', admin, ['preact'], 'belongs to src/ui/'],
    ['hono at the root', 'src/app.ts', ['hono'], 'belongs to src/admin/'],
    ['a second composition', 'src/index.ts', [gateway, admin], 'knows both planes'],
    ['a cycle of two', 'src/gateway/assertion.ts', [gateway], 'is a cycle'],
    ['a cycle of three', 'src/gateway/assertion.ts', ['src/app.ts'], 'is a cycle'],
    ['a module that imports itself', log, [log], 'is a cycle'],
    ['an import that cannot be judged', log, [COMPUTED], 'cannot be judged'],
  ])('finds %s', (_, module, added, law) => {
    const graph = new Map(graphOf(lawful))
    graph.set(module, [...(graph.get(module) ?? []), ...added])
    const found = violations(graph).filter((violation) => violation.startsWith(law))
    for (const name of [module, ...added]) {
      expect(found).toContainEqual(expect.stringContaining(name))
    }
  })

  it('shows the way to what must not be reached', () => {
    const graph = graphOf({ ...lawful, 'src/log/fault.ts': ['src/db/client.ts'] })
    const way = 'src/gateway/gateway.ts → src/log/fault.ts → src/db/client.ts'
    expect(violations(graph)).toContain(`must not be reached: ${way}`)
  })
})

function readSources(): Map<string, string> {
  const files = readdirSync(posix.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  const paths = files
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => posix.join('src', file.replaceAll('\\', '/')))
  return new Map(paths.map((path) => [path, readFileSync(posix.join(ROOT, path), 'utf8')]))
}

/** The specifiers of a module, in their order: static, re-exported and dynamic ones. */
function importsOf(source: string): string[] {
  const code = source.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
  const static_ = /(?:^|;)\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*['"]([^'"]+)['"]/gm
  const dynamic = /\b(?:import|require)\s*\((?:\s*(['"`])([^'"`$]+)\1\s*,?\s*\))?/g
  return [
    ...[...code.matchAll(static_)].map(([, specifier = COMPUTED]) => specifier),
    ...[...code.matchAll(dynamic)].map(([, , specifier = COMPUTED]) => specifier),
  ]
}

function toGraph(sources: ReadonlyMap<string, string>): Graph {
  const entries = [...sources].map(([path, source]) => {
    const judged = path === API_TYPES ? withoutTypes(source) : source
    return [path, importsOf(judged).map((specifier) => toTarget(path, specifier))] as const
  })
  return new Map(entries)
}

function withoutTypes(source: string): string {
  return source.replaceAll(
    /^import type [^'"]+ from '\.\.\/\.\.\/admin\/(?:answers|requests)\/[\w-]+\.ts'$/gm,
    '',
  )
}

function toTarget(importer: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(importer), specifier)
  const parts = specifier.split('/')
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

function graphOf(modules: Readonly<Record<string, readonly string[]>>): Graph {
  return new Map(Object.entries(modules))
}

/** One sentence for each law that is broken, each naming the modules. */
function violations(graph: Graph): string[] {
  const found: string[] = []
  for (const [module, targets] of graph) {
    for (const target of targets) {
      const owner = OWNERS[target]
      const owners = [owner ?? []].flat()
      if (owner !== undefined && !owners.some((each) => module.startsWith(each))) {
        found.push(`belongs to ${owners.join(', ')} alone: ${module} → ${target}`)
      }
      if (target === COMPUTED) found.push(`cannot be judged: ${module} → ${target}`)
    }
    const planes = ['src/gateway/', 'src/admin/'].flatMap((plane) => {
      return targets.find((target) => target.startsWith(plane)) ?? []
    })
    if (planes.length === 2 && module !== COMPOSITION) {
      found.push(`knows both planes: ${module} → ${planes.join(', ')}`)
    }
    for (const [fenced, forbidden] of FENCES) {
      if (!module.startsWith(fenced)) continue
      for (const way of waysFrom(module, graph)) {
        if (forbidden.some((start) => way.at(-1)?.startsWith(start))) {
          found.push(`must not be reached: ${way.join(' → ')}`)
        }
      }
    }
    const cycle = waysFrom(module, graph).find((way) => way.length > 1 && way.at(-1) === module)
    if (cycle !== undefined) found.push(`is a cycle: ${cycle.join(' → ')}`)
  }
  return found
}

/** A shortest way from a module to each thing that it reaches, itself included where it does. */
function waysFrom(module: string, graph: Graph): readonly (readonly string[])[] {
  const ways = new Map<string, readonly string[]>()
  let ends: (readonly string[])[] = [[module]]
  while (ends.length > 0) {
    const next: (readonly string[])[] = []
    for (const way of ends) {
      for (const target of graph.get(way.at(-1) ?? '') ?? []) {
        if (ways.has(target)) continue
        ways.set(target, [...way, target])
        next.push([...way, target])
      }
    }
    ends = next
  }
  return [...ways.values()]
}
