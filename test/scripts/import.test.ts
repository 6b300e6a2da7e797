// `npm run import`: lists as people have them, and an import that is interrupted.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Customer } from '../../harness/customer.ts'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import { createProgress } from '../../scripts/import/progress.ts'
import { readList } from '../../scripts/import/list.ts'
import { partsOf } from '../../scripts/import/parts.ts'
import { type Rig, startRig } from '../support/rig.ts'

const dir = mkdtempSync(join(tmpdir(), 'portal-gateway-test-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

function write(text: string | Buffer, name = `${randomBytes(4).toString('hex')}.csv`): string {
  const file = join(dir, name)
  writeFileSync(file, text)
  return file
}

const ROW = { token: 'old_1', application_name: 'CRM', platform: 'server' }
const HEAD = 'account_id,token,application_name,platform'

describe('readList()', () => {
  it.each([
    ['commas', `${HEAD}\nacc_1,old_1,CRM,server\n`],
    ['semicolons and CR LF', `${HEAD.replaceAll(',', ';')}\r\nacc_1;old_1;CRM;server\r\n`],
    ['tabs', `${HEAD.replaceAll(',', '\t')}\nacc_1\told_1\tCRM\tserver`],
    ['a BOM', `\uFEFF${HEAD}\nacc_1,old_1,CRM,server`],
    ['quotes', `${HEAD}\n"acc_1","old_1","CRM","server"`],
    ['names of people', 'Account ID,Token,Application Name,PLATFORM\nacc_1,old_1, CRM ,Server'],
    ['a separator that Excel wrote', `sep=;\n${HEAD.replaceAll(',', ';')}\nacc_1;old_1;CRM;server`],
    ['empty cells behind', `${HEAD}\nacc_1,old_1,CRM,server,,\n,,,\n`],
    ['UTF-16', Buffer.from(`\uFEFF${HEAD}\nacc_1,old_1,CRM,server`, 'utf16le')],
    ['JSON Lines', `${JSON.stringify({ account_id: 'acc_1', ...ROW })}\n\n`],
  ])('reads %s', async (_, text) => {
    const rows = await readList(write(text))
    expect(rows.map(({ read }) => read)).toEqual([{ account: { id: 'acc_1' }, row: ROW }])
  })

  it('reads what cells mean, and counts lines', async () => {
    const rows = await readList(
      write(
        'external_id;sha256;application_name;ip_acl;enabled;created_at;expires_at;rate_limit\n' +
          '7;ab;"My\n""CRM""";"192.0.2.1, 2001:db8::/32 ";No;2020-02-03;;\n' +
          '\n8;;x;;maybe;;;\n9;;x;;TRUE;2020-02-03 04:05:06Z;2030-01-01T00:00:00+02:00;100/60\n' +
          '7;x\n',
      ),
    )
    expect(rows).toEqual([
      {
        line: 3,
        read: {
          account: { externalId: '7' },
          row: {
            sha256: 'ab',
            application_name: 'My\n"CRM"',
            ip_acl: ['192.0.2.1', '2001:db8::/32'],
            enabled: false,
            created_at: '2020-02-03T00:00:00Z',
          },
        },
      },
      { line: 5, read: { fault: 'enabled: This must be true or false' } },
      {
        line: 6,
        read: {
          account: { externalId: '9' },
          row: {
            application_name: 'x',
            enabled: true,
            created_at: '2020-02-03T04:05:06Z',
            expires_at: '2030-01-01T00:00:00+02:00',
            rate_limit: { requests: 100, per_seconds: 60 },
          },
        },
      },
      { line: 7, read: { fault: 'The row has 2 cells, and the head 8' } },
    ])
  })

  it('names the line of JSON that is none', async () => {
    const rows = await readList(write('{"token":"x"}\n{\n[]\n'))
    expect(rows.map(({ line, read }) => [line, 'fault' in read])).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ])
  })

  it.each([
    ['', 'is empty'],
    ['token,secret\na,b', 'has a column "secret" in its head; there are account_id'],
    ['token,Token\na,b', 'has twice the column "token"'],
    [`${HEAD}\na,b,c,d\na,"b,c,d\n`, 'is no CSV from line'],
    [Buffer.from('token\nM\xfcller', 'latin1'), 'is not text in UTF-8'],
  ])('refuses %j', async (text, told) => {
    await expect(readList(write(text))).rejects.toThrow(told)
  })

  it('says that there is no such file', async () => {
    await expect(readList(join(dir, 'none.csv'))).rejects.toThrow('none.csv cannot be read: ENOENT')
  })
})

describe('partsOf()', () => {
  it('has a thousand rows of one account at most, and no more than a call takes', () => {
    const rows = Array.from({ length: 2_500 }, (_, line) => ({
      line,
      accountId: `acc_${line % 2}`,
      row: { name: 'x'.repeat(line === 0 ? 3_600_000 : 10) },
    }))
    const parts = [...partsOf(rows)]
    expect(parts.map(({ length }) => length)).toEqual([1, 1_000, 249, 1_000, 250])
    for (const part of parts) expect(new Set(part.map((row) => row.accountId)).size).toBe(1)
    expect(parts.flat()).toHaveLength(2_500)
  })
})

describe('createProgress()', () => {
  const shown = (isTTY: boolean, numbers: readonly number[]) => {
    const said: string[] = []
    const write_ = (text: string | Uint8Array) => said.push(String(text)) > 0
    const show = createProgress(200, { isTTY, write: write_ })
    for (const number of numbers) show(number)
    return said
  }

  it('tells each tenth on a line, where there is no terminal', () => {
    const numbers = Array.from({ length: 201 }, (_, i) => i)
    expect(shown(false, numbers)).toHaveLength(10)
    expect(shown(false, numbers).at(-1)).toBe('200 of 200 rows\n')
  })

  it('draws a bar on a terminal', () => {
    const [half = '', whole = ''] = shown(true, [100, 200])
    expect(half).toMatch(/^\r.*█░.*100\/200 rows$/s)
    expect(whole).toMatch(/200\/200 rows\n$/)
  })
})

describe('npm run import', () => {
  let rig: Rig
  let owners: Customer[]

  beforeAll(async () => {
    rig = await startRig({ variables: { IMPORTED_TOKENS: '["^old_[0-9a-f]{32}$"]' } })
    owners = [await rig.customer(), await rig.customer()]
    for (const [index, { id }] of owners.entries()) {
      await rig.operator('PATCH', `/accounts/${id}`, {
        key_limit: 1_000,
        external_id: `customer ${index}`,
      })
    }
  })
  afterAll(() => rig.stop())

  const oldToken = () => `old_${randomBytes(16).toString('hex')}`

  async function run(...args: string[]) {
    return await execa(
      process.execPath,
      [join(PROJECT_DIR, 'scripts/import.ts'), '--url', rig.url, ...args],
      { env: { OPERATOR_TOKEN: rig.secrets.OPERATOR_TOKEN }, reject: false },
    )
  }

  const keysOf = async (owner: Customer) =>
    ((await owner.call('GET', '/keys?limit=200')).json['keys'] as object[]).length

  it('imports the rows of several accounts, and says in which lines something is wrong', async () => {
    const tokens = Array.from({ length: 1_100 }, oldToken)
    const lines = tokens.map(
      (token, i) => `customer ${i % 2},${token},App ${i},${i === 7 ? 'phone' : 'server'},192.0.2.1`,
    )
    const file = write(
      ['external_id,token,application_name,platform,ip_acl', ...lines, 'nobody,x,y,web,'].join(
        '\n',
      ),
    )
    const dry = await run(file, '--dry-run')
    expect(dry).toMatchObject({ exitCode: 1 })
    expect(dry.stdout).toContain('Can be imported: 1099 of 1101. With warnings: 1099. Refused: 2.')
    expect(await Promise.all(owners.map(keysOf))).toEqual([0, 0])

    const real = await run(file)
    expect(real.exitCode, real.stderr).toBe(1)
    expect(real.stdout).toContain('Imported: 1099 of 1101.')
    expect(real.stderr).toMatch(/^line 9: \/platform This must be one of .* \(invalid_value\)$/m)
    expect(real.stderr).toContain('line 1102: There is no such account (account_unknown)')
    expect(real.stderr).toContain('1101 of 1101 rows')
    const report = readFileSync(`${file}.report.jsonl`, 'utf8')
    expect(report.split('\n')).toHaveLength(1_103)
    for (const text of [report, real.stdout, real.stderr]) expect(text).not.toMatch(/old_/)
    const used = await rig.send('/x', {
      headers: { 'X-API-Key': tokens[1_099] ?? '', 'CF-Connecting-IP': '192.0.2.1' },
    })
    expect(used.status).toBe(200)

    // As after an end in the middle: what the report has is left out, the rest is imported.
    writeFileSync(`${file}.report.jsonl`, `${report.split('\n').slice(0, 50).join('\n')}\n{"line":`)
    const again = await run(file)
    expect(again.stdout).toContain('Imported: 1099 of 1101.')
    expect(again.stderr).toContain('rows were imported before')
    const listed = await rig.operator('GET', `/keys?account_id=${owners[0]?.id}&limit=1`)
    expect(listed.json['keys']).toHaveLength(1)
  }, 120_000)

  it('takes an account for all rows, and refuses the report of another list', async () => {
    const file = write(`token,application_name,platform\n${oldToken()},CRM,server\n`)
    const args = [file, '--account', owners[0]?.id ?? '', '--report', join(dir, 'r.jsonl')]
    expect(await run(...args)).toMatchObject({ exitCode: 0 })
    writeFileSync(file, `token,application_name,platform\n${oldToken()},CRM,server\n`)
    const other = await run(...args)
    expect(other.exitCode).toBe(2)
    expect(other.stderr).toContain('r.jsonl is the report of another list')
  })

  it('says what is missing', async () => {
    const file = write(`token,application_name,platform\n${oldToken()},CRM,server\n`)
    expect((await run(file)).stderr).toContain('line 2: The row names no account')
    expect((await run()).stderr).toContain('Name one file')
    const refused = await execa(
      process.execPath,
      [join(PROJECT_DIR, 'scripts/import.ts'), file, '--url', rig.url, '--account', 'acc_1'],
      { env: { OPERATOR_TOKEN: 'wrong' }, reject: false },
    )
    expect(refused).toMatchObject({ exitCode: 2 })
    expect(refused.stderr).toContain('OPERATOR_TOKEN is not the one of this gateway')
  })
})
