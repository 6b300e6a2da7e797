// Reads a list of keys: CSV as spreadsheets export it, or JSON Lines. Each row has the number of its line, and is
// either a row of the import call with its account, or what is wrong with it.

import { readFileSync } from 'node:fs'
import { CsvError, parse } from 'csv-parse'
import { Failure } from '../../harness/failure.ts'
import { readHead, toRow } from './cells.ts'

export interface ListRow {
  readonly line: number
  readonly read:
    | { readonly account: Account; readonly row: Readonly<Record<string, unknown>> }
    | { readonly fault: string }
}

/** How a row names its account; undefined if it does not. */
export type Account = { readonly id: string } | { readonly externalId: string } | undefined

interface CsvRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/** Reads a whole list. Throws a Failure if it cannot be read as one. */
export async function readList(file: string): Promise<ListRow[]> {
  const text = decode(file)
  return /^\s*\{/.test(text) ? readJsonLines(text) : await readCsv(text, file)
}

/** UTF-8, or the UTF-16 of spreadsheets. */
function decode(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: false }).decode(bytes) // without the BOM
  } catch {
    throw new Failure(`${file} is not text in UTF-8: export it as "CSV UTF-8"`)
  }
}

function readJsonLines(text: string): ListRow[] {
  return text.split(/\r?\n/).flatMap((source, index): ListRow[] => {
    if (source.trim() === '') return []
    const line = index + 1
    try {
      const value: unknown = JSON.parse(source)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return [{ line, read: { fault: 'This is no JSON object' } }]
      }
      const { account_id: id, external_id: externalId, ...row } = value as Record<string, unknown>
      return [{ line, read: { account: toAccount(id, externalId), row } }]
    } catch {
      return [{ line, read: { fault: 'This is no JSON' } }]
    }
  })
}

async function readCsv(text: string, file: string): Promise<ListRow[]> {
  const [firstLine = ''] = text.split(/\r?\n/, 1)
  // Excel writes and reads such a line before the head.
  const [, declared] = /^"?sep=(.)"?$/.exec(firstLine) ?? []
  const parser = parse(text, {
    delimiter: declared ?? delimiterOf(firstLine),
    from_line: declared === undefined ? 1 : 2,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  })
  const rows: ListRow[] = []
  let head: readonly string[] | undefined
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (head === undefined) {
        head = readHead(record, file)
        continue
      }
      if (record.every((cell) => cell.trim() === '')) continue
      rows.push({ line: info.lines, read: readRecord(record, head) })
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new Failure(`${file} is no CSV from line ${String(error['lines'])} on: ${error.message}`)
  }
  if (head === undefined) throw new Failure(`${file} is empty`)
  return rows
}

function readRecord(record: readonly string[], head: readonly string[]): ListRow['read'] {
  const isExtra = record.slice(head.length).some((cell) => cell.trim() !== '')
  if (record.length < head.length || isExtra) {
    return { fault: `The row has ${record.length} cells, and the head ${head.length}` }
  }
  const cells = new Map(head.map((name, index) => [name, (record[index] ?? '').trim()]))
  const row = toRow(cells)
  if ('fault' in row) return row
  return { account: toAccount(cells.get('account_id'), cells.get('external_id')), ...row }
}

function toAccount(id: unknown, externalId: unknown): Account {
  if (typeof id === 'string' && id !== '') return { id }
  if (typeof externalId === 'string' && externalId !== '') return { externalId }
  return undefined
}

/** What stands most often between the names of the head. */
function delimiterOf(head: string): string {
  const counts = [',', ';', '\t', '|'].map((sign) => [sign, head.split(sign).length] as const)
  const [[most] = [',']] = counts.toSorted(([, a], [, b]) => b - a)
  return most
}
