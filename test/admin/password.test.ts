import { Buffer } from 'node:buffer'
import { scryptSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkPassword, hashPassword } from '../../src/admin/password.ts'

const PASSWORD = 'correct horse battery staple'
const COMPOSED = 'pass\u00e9 word 123'
const DECOMPOSED = 'passe\u0301 word 123'
const SALT = Buffer.alloc(16, 3)

describe('hashPassword()', () => {
  it('stores salt and parameters with the hash, and nothing of the password', async () => {
    const stored = await hashPassword(PASSWORD)
    expect(stored).toMatch(/^\$scrypt\$ln=13,r=8,p=10\$[\w-]{22}\$[\w-]{43}$/)
    expect(await checkPassword(stored, PASSWORD)).toEqual({ matches: true, outdated: false })
  })

  it('takes another salt each time', async () => {
    expect(await hashPassword(PASSWORD)).not.toBe(await hashPassword(PASSWORD))
  })
})

describe('checkPassword()', () => {
  it.each(['', 'Correct horse battery staple', `${PASSWORD} `, PASSWORD.slice(1)])(
    'refuses "%s"',
    async (password) => {
      const check = await checkPassword(storedAs(PASSWORD, 4), password)
      expect(check.matches).toBe(false)
    },
  )

  it('tells a password apart by every character, however long it is', async () => {
    const long = 'ü'.repeat(256)
    const stored = storedAs(long, 4)
    expect((await checkPassword(stored, long)).matches).toBe(true)
    expect((await checkPassword(stored, `${long.slice(0, -1)}u`)).matches).toBe(false)
  })

  it('verifies a hash of other parameters, and calls it outdated', async () => {
    const stored = storedAs(PASSWORD, 4)
    expect(await checkPassword(stored, PASSWORD)).toEqual({ matches: true, outdated: true })
    expect(await checkPassword(stored, 'other')).toEqual({ matches: false, outdated: true })
  })

  it('verifies a hash under the parameters before, and calls it outdated', async () => {
    const stored = storedAs(PASSWORD, 14)
    expect(await checkPassword(stored, PASSWORD)).toEqual({ matches: true, outdated: true })
  })

  it('verifies a hash that needs more memory than Node allows by itself', async () => {
    const stored = storedAs(PASSWORD, 16, 1)
    expect(await checkPassword(stored, PASSWORD)).toEqual({ matches: true, outdated: true })
  })

  it('takes a password in any normal form, and each hash is of NFC', async () => {
    for (const given of [COMPOSED, DECOMPOSED]) {
      const stored = await hashPassword(given)
      for (const typed of [COMPOSED, DECOMPOSED]) {
        expect(await checkPassword(stored, typed)).toEqual({ matches: true, outdated: false })
      }
    }
  })

  it('verifies a hash of what was not normalised as it was given, and calls it outdated', async () => {
    const stored = storedAs(DECOMPOSED, 13, 10)
    expect(await checkPassword(stored, DECOMPOSED)).toEqual({ matches: true, outdated: true })
    expect((await checkPassword(stored, COMPOSED)).matches).toBe(false)
  })

  it('takes the empty password for no hash, not even for one of U+0000 alone', async () => {
    const stored = storedAs('\0'.repeat(12), 4)
    expect((await checkPassword(stored, '')).matches).toBe(false)
    expect((await checkPassword(storedAs('', 4), '')).matches).toBe(false)
  })

  it('normalises the longest password, however it is typed, and nothing that is longer', async () => {
    const longest = '\u1ed9'.repeat(256)
    const stored = storedAs(longest, 4)
    expect((await checkPassword(stored, longest.normalize('NFD'))).matches).toBe(true)
    const longer = '\u00e9'.repeat(1_025) // 2,050 units in NFD
    const check = await checkPassword(storedAs(longer, 4), longer.normalize('NFD'))
    expect(check.matches).toBe(false)
  })

  it('keeps compatibility characters apart, which NFC does', async () => {
    const stored = await hashPassword('ﬁle ﬁle ﬁle ﬁle')
    expect((await checkPassword(stored, 'file file file file')).matches).toBe(false)
  })

  it.each(['', PASSWORD, DECOMPOSED])('matches %j with no account never', async (password) => {
    expect((await checkPassword(null, password)).matches).toBe(false)
  })

  it.each([
    '',
    'plain text',
    '$2b$12$abcdefghijklmnopqrstuv',
    '$scrypt$ln=14,r=8,p=5$c2FsdA',
    '$scrypt$ln=x,r=8,p=5$c2FsdA$aGFzaA',
    ` ${storedAs(PASSWORD, 4)}`,
  ])('throws for what is no hash of ours: "%s"', async (stored) => {
    await expect(checkPassword(stored, PASSWORD)).rejects.toThrow(TypeError)
  })
})

/** What is stored for a password, made by scrypt itself. */
function storedAs(password: string, ln: number, p = 5): string {
  const N = 2 ** ln
  const hash = scryptSync(password, SALT, 32, { N, r: 8, p, maxmem: 256 * N * 8 })
  const [saltText, hashText] = [SALT.toString('base64url'), hash.toString('base64url')]
  return `$scrypt$ln=${ln},r=8,p=${p}$${saltText}$${hashText}`
}
