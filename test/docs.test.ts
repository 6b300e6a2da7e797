// Whatever the documents name is held against the code, in both directions where a page promises to be
// whole. Nothing is started here; the commands are run by docs-commands.test.ts and the tests that
// support/documented-commands.ts names.

import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_DIR } from '../harness/project-dir.ts'
import { ADMIN_PROBLEMS } from '../src/problems/admin-problems.ts'
import type { ProblemEntry } from '../src/problems/entry.ts'
import { PORTAL_PROBLEMS } from '../src/problems/portal-problems.ts'
import {
  BINDINGS,
  FAULT_KINDS,
  LINE_FIELDS,
  OPEN_API,
  SETTINGS,
  SNAKE_NAMES,
  source,
  START_SETTINGS,
} from './support/code-names.ts'
import { type Account, COMMANDS, RUN_AS_WRITTEN } from './support/documented-commands.ts'
import {
  anchorsOf,
  type Block,
  commandsOf,
  namesIn,
  page,
  PAGES,
  tableRows,
} from './support/documents.ts'

const exists = (path: string) => existsSync(join(PROJECT_DIR, path))
const manifest = JSON.parse(source('package.json')) as { scripts: Record<string, string> }

describe.each(PAGES)('$file', ({ file, text, prose, blocks }) => {
  it('begins with a title and one sentence that says what it is for', () => {
    const [title = '', , ...rest] = text.split('\n')
    const first = rest.join('\n').split('\n\n')[0]?.trim() ?? ''
    expect(title).toMatch(/^# \S/)
    if (file === 'README.md') return
    expect(first.replaceAll('\n', ' ')).toMatch(
      /^(?:How|What|Why|Which|Every|The) (?:(?!\. ).)*\.$/,
    )
  })

  it('has no line that is wider than it needs to be', () => {
    const isWide = (line: string) => line.length > (line.startsWith('|') ? 125 : 100)
    const isLink = (line: string) => /^\s*(?:[-\d.]+ )?\S*\]\(\S+\S*$/.test(line)
    expect(prose.split('\n').filter((line) => isWide(line) && !isLink(line))).toEqual([])
    expect(blocks.flatMap((block) => block.text.split('\n')).filter(isWideCode)).toEqual([])
  })

  it('has sentences that are read once', () => {
    expect(sentencesOf(prose).filter((sentence) => sentence.split(/\s+/).length > 30)).toEqual([])
  })

  it('uses the words of the glossary', () => {
    const words = prose.replaceAll(/`[^`]*`/g, '').match(/\b(?:brakes?|whom|planes?|buried)\b/gi)
    expect(words ?? []).toEqual([])
  })

  it('names files that are there', () => {
    const paths = namesIn(prose).filter((name) => PATH.test(name))
    expect(paths.filter((path) => !exists(path.replace(/^\.\//, '')))).toEqual([])
  })

  it('links to pages and headings that are there', () => {
    const links = [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : normalize(join(dirname(file), path))
      if (!exists(target)) return true
      return anchor !== undefined && !anchorsOf(page(target)).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('names variables that are read', () => {
    const known = new Set([...SETTINGS, ...START_SETTINGS, ...BINDINGS, ...VARIABLES_OF_OTHERS])
    const texts = [prose, ...blocks.filter(({ language }) => !PROGRAMS.has(language)).map(toText)]
    const named = [...texts.join('\n').matchAll(/\b[A-Z]{2,}_[A-Z_]*[A-Z]\b/g)].map(String)
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([])
  })

  it('names codes, fields and members that are there', () => {
    const named = namesIn(prose).filter((name) => /^[a-z]+(?:_[a-z0-9]+)+$/.test(name))
    expect([...new Set(named)].filter((name) => !SNAKE_NAMES.has(name))).toEqual([])
  })

  it('names calls that are there', () => {
    const calls = [...text.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[^\s`?]*)/g)]
    const unknown = calls.filter(([, method = '', path = '']) => !isCall(method, path))
    expect(unknown.map(([call]) => call)).toEqual([])
  })

  it('names scripts that are there', () => {
    const named = [...text.matchAll(/npm run (?:--?\w+ )*([\w-]+)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => manifest.scripts[name] === undefined)).toEqual([])
  })

  it('has commands that a test runs, or that cannot be run', () => {
    const here = RUN_AS_WRITTEN.filter(([each]) => each === file).map(([, piece]) => piece)
    const commands = commandsOf(page(file)).filter(
      (command) => !here.some((piece) => command.includes(piece)),
    )
    const unaccounted = commands.flatMap(linesOf).filter((line) => accountOf(line) === undefined)
    expect(unaccounted).toEqual([])
  })
})

/** Such as `src/index.ts` or `wrangler.toml`; not what a reader makes, such as `secrets.json`. */
const PATH =
  /^(?:(?:src|test|scripts|harness|docs|bench|fuzz|drizzle|\.github)\/[\w./-]*\w|environments\/example\.toml|wrangler\.toml|\.npmrc|package\.json)$/

/** Languages whose blocks have constants of their own. */
const PROGRAMS = new Set(['js', 'bash', 'python', 'php', 'go'])

const VARIABLES_OF_OTHERS = [
  'CLOUDFLARE_API_TOKEN',
  'CLOUDFLARE_ACCOUNT_ID',
  'CLOUDFLARE_ENV',
  'LIBSQL_HTTP_URL', // which the runbook makes of LIBSQL_URL
  'PORTAL_API_URL', // of the client examples
  'PORTAL_API_KEY',
]

function toText({ text }: Block): string {
  return text
}

function isWideCode(line: string): boolean {
  return line.length > 125
}

/** Prose alone: no headings, tables, links' addresses or code. */
function sentencesOf(prose: string): string[] {
  return prose
    .split('\n')
    .filter((line) => !/^\s*[|#]/.test(line))
    .join('\n')
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replaceAll(/`[^`]*`/g, 'code')
    .split(/\n\n|\n\s*(?:-|\d+\.) |(?<=[.:;?!])\s+/)
    .map((sentence) => sentence.replaceAll('\n', ' ').trim())
}

function isCall(method: string, path: string): boolean {
  const item = OPEN_API.paths[path.replace('/admin/api/v1', '')]
  const known = item?.[method.toLowerCase()] !== undefined
  return known || /^\/(?:customer|calls|admin\/(?:jwks\.json|errors\/.*|api\/)?)$/.test(path)
}

/** The commands of a block, those on several lines joined. */
function linesOf(block: string): string[] {
  return block.replaceAll(/\\\n\s*/g, '').split('\n')
}

function accountOf(command: string): Account | undefined {
  const beginnings = Object.keys(COMMANDS).filter((beginning) => command.startsWith(beginning))
  const [longest] = beginnings.toSorted((a, b) => b.length - a.length)
  return longest === undefined ? undefined : COMMANDS[longest]
}

describe('what runs the commands', () => {
  const lines = PAGES.flatMap((each) => commandsOf(each)).flatMap(linesOf)

  it.each(Object.entries(COMMANDS))('%s', (beginning, account) => {
    expect(
      lines.some((line) => line.startsWith(beginning)),
      'no page has it',
    ).toBe(true)
    if ('ranBy' in account) expect(source(account.ranBy)).toContain(account.as)
  })

  it.each(RUN_AS_WRITTEN)('%s: %s', (file, piece) => {
    expect(source('test/docs-commands.test.ts')).toContain(`documented('${file}', '${piece}')`)
  })
})

describe('the README', () => {
  const { text } = page('README.md')

  it('is read in two minutes', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(110)
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(1_100)
  })

  it('leads to every page', () => {
    const reached = new Set<string>()
    const visit = (file: string) => {
      if (reached.has(file) || !PAGES.some((each) => each.file === file)) return
      reached.add(file)
      for (const [, link = ''] of page(file).prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
        visit(normalize(join(dirname(file), link)))
    }
    visit('README.md')
    expect(PAGES.map(({ file }) => file).filter((file) => !reached.has(file))).toEqual([
      'CONTRIBUTING.md', // which code hosts link to
    ])
  })
})

describe('the performance', () => {
  const cpu = new Map(
    tableRows(source('bench/results.md')).map(([name = '', value = '']) => [name, value]),
  )

  it('is told as it was measured last', () => {
    const said = `${cpu.get('gateway')} µs of CPU time where forwarding alone costs ${cpu.get('forwarding alone')}`
    expect(page('README.md').text.replaceAll(/\s+/g, ' ')).toContain(said)
    const goals = tableRows(source('bench/results.md')).filter(([, goal = '']) =>
      /^0\.\d+$/.test(goal),
    )
    const told = page('docs/design/performance.md').rows.filter(([, goal = '']) =>
      /^0\.\d+$/.test(goal),
    )
    const measured = goals.slice(0, told.length).map(([, goal, value]) => `${goal} ${value}`)
    expect(told.map(([, goal, value]) => `${goal} ${value}`)).toEqual(measured)
  })
})

describe('the glossary', () => {
  it('has fifteen words at most, which the other pages use', () => {
    const words = page('docs/glossary.md').rows.map(([word = '']) => word)
    expect(words.length).toBeLessThanOrEqual(15)
    const others = PAGES.filter(({ file }) => file !== 'docs/glossary.md').map(({ prose }) => prose)
    const text = others.join('\n').toLowerCase()
    expect(words.filter((word) => !text.includes(word.toLowerCase()))).toEqual([])
  })
})

describe('the tables of errors', () => {
  const AGAIN = { no: 'no', wait: 'after a pause', check: 'look first' } as const
  const tables: [string, Readonly<Record<string, ProblemEntry>>][] = [
    ['docs/integrate/using-a-key.md', PORTAL_PROBLEMS],
    ['docs/integrate/admin-api.md', ADMIN_PROBLEMS],
  ]

  it.each(tables)('%s has each code, its status and whether to send it again', (file, problems) => {
    const rows = page(file).rows.filter(([status = '']) => /^\d{3}$/.test(status))
    const told = rows.map(([status, code, , again]) => `${status} ${code} ${again}`)
    const true_ = Object.entries(problems).map(
      ([code, { status, retry }]) => `${status} \`${code}\` ${AGAIN[retry]}`,
    )
    expect(told.toSorted()).toEqual(true_.toSorted())
  })
})

describe('the configuration', () => {
  const named = page('docs/operate/configuration.md').rows.flatMap(([name = '']) => namesIn(name))

  it('has each variable, secret and binding', () => {
    const all = [...SETTINGS, ...START_SETTINGS, ...BINDINGS]
    expect(all.filter((name) => !named.includes(name))).toEqual([])
  })
})

describe('the admin API', () => {
  it('has each call of the OpenAPI document', () => {
    const rows = page('docs/integrate/admin-api.md').rows.flatMap(([call = '']) => namesIn(call))
    const calls = Object.entries(OPEN_API.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(calls.filter((call) => !rows.includes(call))).toEqual([])
  })
})

describe('the monitoring', () => {
  const named = page('docs/operate/monitoring.md').rows.flatMap(([name = '']) => namesIn(name))

  it('has each field of a line and each kind of fault', () => {
    expect([...LINE_FIELDS, ...FAULT_KINDS].filter((name) => !named.includes(name))).toEqual([])
  })
})

describe('the contributor', () => {
  it('finds each script', () => {
    const text = PAGES.map((each) => each.text).join('\n')
    const scripts = Object.keys(manifest.scripts).filter(
      (name) => name !== 'start' && name !== 'test',
    )
    expect(
      scripts.filter((name) => !new RegExp(`npm run (?:--silent )?${name}\\b`).test(text)),
    ).toEqual([])
  })
})
