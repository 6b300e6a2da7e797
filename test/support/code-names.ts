// What the code calls things, for the tests that hold the documents to it: read from the source text,
// since types leave nothing at run time.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OpenApi } from '../../harness/described.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { openApiDocument } from '../../src/admin/openapi/document.ts'
import { FAMILIES, HISTOGRAMS } from '../../src/metrics/totals.ts'
import { PROBLEMS } from '../../src/problems/table.ts'
import { CONFIRMED_CALLS } from '../../src/shared/confirmed-call.ts'

export const OPEN_API = openApiDocument() as OpenApi

export function source(file: string): string {
  return readFileSync(join(PROJECT_DIR, file), 'utf8')
}

function filesIn(folder: string): string[] {
  return readdirSync(join(PROJECT_DIR, folder)).map((name) => join(folder, name))
}

const WRANGLER = source('wrangler.toml')

/** The variables and secrets of the worker. */
export const SETTINGS: readonly string[] = [
  ...membersOf(source('src/configuration/env.ts'), 'export const passedOnSchema'),
  ...membersOf(source('src/configuration/env.ts'), 'const settingsSchema'),
  ...membersOf(source('src/configuration/identity.ts'), 'export const identityVariables'),
]
export const START_SETTINGS = membersOf(source('scripts/local/settings.ts'), 'const schema')
export const BINDINGS = matches(WRANGLER, /^(?:binding|name) = "([A-Z_]+)"/gm)
/** The fields of a line of the log, and the kinds of faults. */
export const LINE_FIELDS = membersOf(
  source('src/log/request-line.ts'),
  'export interface RequestLine',
)
export const FAULT_KINDS = matches(
  upTo(source('src/log/fault.ts'), 'export type FaultKind', '\n\n'),
  /'(\w+)'/g,
)

/** Every name of several words in lower case that a reader can meet: in answers, the log or the stores. */
export const SNAKE_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(PROBLEMS),
  ...LINE_FIELDS,
  ...FAULT_KINDS,
  ...matches(JSON.stringify(OPEN_API), /"([a-z]+(?:_[a-z0-9]+)+)"/g),
  ...matches(WRANGLER, /^([a-z_]+) =/gm),
  'head_sampling_rate', // of Cloudflare's configuration, not set in ours
  // What must not be in wrangler.toml is named where it is refused.
  ...matches(source('scripts/deployment/exposure.ts'), /\b([a-z]+(?:_[a-z]+)+)\b/g),
  ...matches(source('src/metrics/open-metrics.ts'), /'([a-z]+(?:_[a-z]+)+)'/g),
  ...FAMILIES.map((family) => `${family}_total`),
  ...HISTOGRAMS,
  ...CONFIRMED_CALLS,
  'sqlite_full',
  'http_401', // reasons that are made of others' names and numbers
  'client_secret_basic', // of OpenID Connect
  'auth_time',
  'max_age',
  ...matches(source('src/log/fault.ts'), /^ {2}readonly (\w+)/gm),
  ...[
    'src/log/fault-reason.ts',
    ...filesIn('src/db/schema'),
    'src/admin/common-passwords.ts',
    'src/keys/cidr.ts',
    'src/keys/pasted-entry.ts',
    ...filesIn('src/admin/requests'),
    'src/admin/import/outcome.ts',
    'src/admin/import/read-rows.ts',
    'src/admin/reconcile.ts',
    'src/admin/lost-changes.ts',
    'src/admin/session.ts',
    'test/keys/cidr-vectors.test.ts',
  ].flatMap((file) => matches(source(file), /'([a-z]+(?:_[a-z]+)+)'/g)),
])

/** The names before a colon in an interface or an object, those of the first level. */
function membersOf(text: string, start: string): string[] {
  return matches(upTo(text, start, '\n}'), /^ {2}(?:readonly )?(\w+)\??:/gm)
}

function upTo(text: string, start: string, end: string): string {
  const from = text.indexOf(start)
  if (from < 0) throw new Error(`The source has no ${start}`)
  return text.slice(from, text.indexOf(end, from))
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name)
}
