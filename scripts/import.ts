// `npm run import -- keys.csv`: imports a list of keys that exist already, through the operator API. Its columns are
// in docs/operate/importing.md. An import that was interrupted goes on where it was when it is run again. Exit code 0
// where every row is imported, 1 where some are not, 2 where the import could not go on.

import { rmSync } from 'node:fs'
import { Failure } from '../harness/failure.ts'
import { readOptionsAndFile } from '../harness/options.ts'
import { createGateway, type Gateway } from './import/gateway.ts'
import { type Account, type ListRow, readList } from './import/list.ts'
import { type AccountRow, partsOf } from './import/parts.ts'
import { createProgress } from './import/progress.ts'
import { type Fault, openReport, type Outcome } from './import/report.ts'
import { readGatewayUrl } from './local/gateway-url.ts'
import { readOperatorToken } from './local/operator-token.ts'

/** How many rows with faults are told. The report has all of them. */
const TOLD = 20

async function run(): Promise<number> {
  const { values, file } = readOptionsAndFile('npm run import --', {
    url: { type: 'string', value: 'url', help: 'the gateway, if it is not the local one' },
    account: { type: 'string', value: 'id', help: 'the account of rows that name none' },
    report: {
      type: 'string',
      value: 'file',
      help: 'where the report goes, beside the list if left out',
    },
    'dry-run': { type: 'boolean', help: 'checks every row, and imports nothing' },
  })
  const isDryRun = values['dry-run']
  const rows = await readList(file)
  const url = readGatewayUrl(values.url, process.env)
  const gateway = createGateway(url, readOperatorToken(process.env))
  const reportFile = values.report ?? `${file}${isDryRun ? '.dry-run' : ''}.report.jsonl`
  if (isDryRun) rmSync(reportFile, { force: true })
  const report = openReport(reportFile, file)
  const { accountRows, refused } = await findAccounts(
    rows.filter(({ line }) => !report.done.has(line)),
    values.account,
    gateway,
  )

  const faults: Outcome[] = []
  let done = report.done.size
  let warned = 0
  const show = createProgress(rows.length, process.stderr)
  const note = (outcomes: readonly Outcome[]) => {
    report.add(outcomes)
    faults.push(...outcomes.filter(({ errors }) => errors !== undefined))
    warned += outcomes.filter(({ warnings = [] }) => warnings.length > 0).length
    done += outcomes.length
    show(done)
  }
  if (done > 0) console.error(`${done} rows were imported before, as ${reportFile} says`)
  note(refused)
  for (const part of partsOf(accountRows)) note(await importPart(part, isDryRun, gateway))

  tell(faults)
  const good = rows.length - faults.length
  const what = isDryRun ? 'Can be imported' : 'Imported'
  console.log(
    `${what}: ${good} of ${rows.length}. With warnings: ${warned}. Refused: ${faults.length}. Report: ${reportFile}`,
  )
  return faults.length === 0 ? 0 : 1
}

/** Sorts out the rows that cannot be read, or whose account is unknown. */
async function findAccounts(
  rows: readonly ListRow[],
  byDefault: string | undefined,
  gateway: Gateway,
): Promise<{ readonly accountRows: AccountRow[]; readonly refused: Outcome[] }> {
  const accountOf = ({ read }: ListRow): Account =>
    'fault' in read
      ? undefined
      : (read.account ?? (byDefault === undefined ? undefined : { id: byDefault }))
  const needsExternalIds = rows.some((row) => 'externalId' in (accountOf(row) ?? {}))
  const externalIds = needsExternalIds ? await gateway.findExternalIds() : new Map<string, string>()
  const accountRows: AccountRow[] = []
  const refused: Outcome[] = []
  for (const listed of rows) {
    const { line, read } = listed
    const account = accountOf(listed)
    const accountId =
      account === undefined || 'id' in account ? account?.id : externalIds.get(account.externalId)
    if ('fault' in read) refused.push(refuse(line, 'row_unreadable', read.fault))
    else if (account === undefined) {
      const detail = 'The row names no account: add account_id or external_id, or use --account'
      refused.push(refuse(line, 'account_missing', detail))
    } else if (accountId === undefined) refused.push(refuse(line, 'account_unknown', UNKNOWN))
    else accountRows.push({ line, accountId, row: read.row })
  }
  return { accountRows, refused }
}

const UNKNOWN = 'There is no such account'

async function importPart(
  part: readonly AccountRow[],
  isDryRun: boolean,
  gateway: Gateway,
): Promise<Outcome[]> {
  const [{ accountId } = { accountId: '' }] = part
  const keys = part.map(({ row }) => row)
  const results = await gateway.importRows(accountId, keys, isDryRun)
  return part.map(({ line }, index): Outcome => {
    const result = results?.[index]
    if (result === undefined) return refuse(line, 'account_unknown', UNKNOWN)
    if (result.key_id === undefined) return { line, errors: result.errors }
    return { line, key_id: result.key_id, warnings: result.warnings }
  })
}

function refuse(line: number, code: string, detail: string): Outcome {
  return { line, errors: [{ pointer: '', code, detail }] }
}

function tell(faults: readonly Outcome[]): void {
  const sorted = faults.toSorted((a, b) => a.line - b.line)
  for (const { line, errors = [] } of sorted.slice(0, TOLD)) {
    console.error(`line ${line}: ${errors.map(toText).join('; ')}`)
  }
  const more = faults.length - TOLD
  if (more > 0) console.error(`and ${more} lines more, which the report has`)
}

function toText({ pointer, code, detail }: Fault): string {
  return `${pointer === '' ? '' : `${pointer} `}${detail} (${code})`
}

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 2
}
