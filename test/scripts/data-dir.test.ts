import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandOf } from '../../harness/processes.ts'
import { makeSecrets } from '../../harness/secrets.ts'
import { openDataDir } from '../../scripts/local/data-dir.ts'
import { takeLock } from '../../scripts/local/lock.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'portal-gateway-data-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

describe('takeLock()', () => {
  const lock = () => join(dir, 'lock')
  /** Alive, and not this process. */
  const PARENT = process.ppid

  it('takes a lock that nobody has, and gives it back', () => {
    const release = takeLock(lock())
    expect(readFileSync(lock(), 'utf8')).toBe(`${process.pid}\n${commandOf(process.pid)}`)
    release()
    expect(existsSync(lock())).toBe(false)
  })

  it.each([
    ['a process that has it', () => `${PARENT}\n${commandOf(PARENT)}`],
    ['a process of an earlier version', () => String(PARENT)],
  ])('leaves it to %s', (_, owner) => {
    writeFileSync(lock(), owner())
    expect(() => takeLock(lock())).toThrow(`DATA_DIR is in use by process ${PARENT}: end it,`)
  })

  it.each([
    ['a process that is gone', '4194305\nnode scripts/start.mjs'], // above the greatest id
    ['another process, whose id came round again', `${PARENT}\nnode scripts/start.mjs`],
    ['nobody', ''],
    ['its own id, as in a container that was killed', String(process.pid)],
  ])('takes it from %s', (_, owner) => {
    writeFileSync(lock(), owner)
    takeLock(lock())()
    expect(existsSync(lock())).toBe(false)
  })
})

describe('openDataDir()', () => {
  const file = () => join(dir, 'secrets.json')

  it('keeps what is there, and makes what is missing', async () => {
    const { TOKEN_KEYS } = await makeSecrets()
    writeFileSync(file(), JSON.stringify({ TOKEN_KEYS }))
    const { secrets, release } = await openDataDir(dir)
    release()
    expect(secrets).toMatchObject({ TOKEN_KEYS, SESSION_KEYS: expect.stringMatching(/^A:/) })
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual(secrets)
  })

  it.each([
    ['null', 'it is no JSON object of texts'],
    ['[]', 'it is no JSON object of texts'],
    ['{"TOKEN_KEYS":1}', 'it is no JSON object of texts'],
    ['{', 'it is no JSON object of texts'],
    ['{"TOKEN_KEYS":"A:hidden"}', 'TOKEN_KEYS is unreadable: entry 1 is not'],
  ])(
    'says what is wrong with the secrets %s, and what is lost without them',
    async (text, told) => {
      writeFileSync(file(), text)
      const opened = openDataDir(dir)
      await expect(opened).rejects.toThrow(`DATA_DIR holds secrets that cannot be used (${told}`)
      await expect(opened).rejects.toThrow('Without it each key of this DATA_DIR is lost')
      await expect(opened).rejects.not.toThrow('hidden')
      expect(readFileSync(file(), 'utf8')).toBe(text)
      expect(existsSync(join(dir, 'lock'))).toBe(false)
    },
  )

  it('names a folder that cannot be made', async () => {
    writeFileSync(join(dir, 'file'), '')
    await expect(openDataDir(join(dir, 'file/data'))).rejects.toThrow(
      /^DATA_DIR .*\/file\/data cannot be made or written \(ENOTDIR\): choose a folder that can be$/,
    )
  })
})
