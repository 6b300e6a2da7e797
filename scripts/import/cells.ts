// The cells of a CSV list: which columns there are, and what their texts mean.

import { Failure } from '../../harness/failure.ts'

type Row = Readonly<Record<string, unknown>>
type Read = { readonly value: unknown } | { readonly fault: string }

/** By column: what its text means. An empty cell is left out. */
const COLUMNS: Readonly<Record<string, (text: string) => Read>> = {
  token: asText,
  sha256: asText,
  application_name: asText,
  application_website: asText,
  platform: (text) => ({ value: text.toLowerCase() }),
  ip_acl: (text) => ({ value: text.split(/[\s,;]+/).filter((entry) => entry !== '') }),
  created_at: asTime,
  expires_at: asTime,
  enabled: asFlag,
  rate_limit: asRate,
}
/** These two name the account. */
const ACCOUNT_COLUMNS = ['account_id', 'external_id']

/** The names of the columns. Throws a Failure if one is unknown or given twice. */
export function readHead(record: readonly string[], file: string): string[] {
  const names = record.map((text) =>
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  )
  const known = [...ACCOUNT_COLUMNS, ...Object.keys(COLUMNS)]
  const wrong = names.find((name, at) => !known.includes(name) || names.indexOf(name) !== at)
  if (wrong === undefined) return names
  const what = known.includes(wrong) ? 'twice the column' : 'a column'
  throw new Failure(`${file} has ${what} "${wrong}" in its head; there are ${known.join(', ')}`)
}

/** A row of the import call. */
export function toRow(
  cells: ReadonlyMap<string, string>,
): { readonly row: Row } | { readonly fault: string } {
  const row: Record<string, unknown> = {}
  for (const [name, text] of cells) {
    const column = COLUMNS[name]
    if (column === undefined || text === '') continue
    const read = column(text)
    if ('fault' in read) return { fault: `${name}: ${read.fault}` }
    row[name] = read.value
  }
  return { row }
}

function asText(text: string): Read {
  return { value: text }
}

/** A date alone means its midnight in UTC. */
function asTime(text: string): Read {
  return { value: /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text.replace(' ', 'T') }
}

/** Requests, a slash, and seconds. */
function asRate(text: string): Read {
  const [, requests, seconds] = /^(\d{1,9}) *\/ *(\d{1,9})$/.exec(text) ?? []
  return requests === undefined
    ? { fault: 'This must be requests and seconds, such as 100/60' }
    : { value: { requests: Number(requests), per_seconds: Number(seconds) } }
}

function asFlag(text: string): Read {
  if (/^(?:true|yes|1)$/i.test(text)) return { value: true }
  if (/^(?:false|no|0)$/i.test(text)) return { value: false }
  return { fault: 'This must be true or false' }
}
