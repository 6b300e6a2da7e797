import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeKeyRecord, type KeyRecord } from '../../src/keys/key-record.ts'
import { readStored, tagOf, toStored } from '../../src/keys/stored-record.ts'

const GONE: KeyRecord = { kind: 'tombstone', revision: 8, keyId: 'key_1', replacedAtMs: null }

describe('tagOf()', () => {
  it('is the SHA-256 of the text, in UTF-8', () => {
    for (const text of ['', '{"format":1}', 'ü']) {
      const digest = createHash('sha256').update(Buffer.from(text)).digest()
      expect(tagOf(text)).toBe(digest.toString('base64url'))
    }
  })
})

describe('readStored()', () => {
  it('reads what this version stores, with its tag', () => {
    expect(readStored(encodeKeyRecord(GONE))).toEqual(toStored(GONE))
    expect(toStored(GONE)).toEqual({ ...GONE, tag: tagOf(encodeKeyRecord(GONE)) })
  })

  it('tells apart texts that read alike', () => {
    const spaced = readStored(encodeKeyRecord(GONE).replace(',', ', '))
    expect(spaced).toMatchObject(GONE)
    expect(spaced?.tag).not.toBe(toStored(GONE).tag)
  })

  it('takes what cannot be read for none', () => {
    expect(readStored('{"format":99}')).toBeNull()
  })
})
