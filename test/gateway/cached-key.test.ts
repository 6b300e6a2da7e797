import { expect, it } from 'vitest'
import { byteSizeOf, RECORD_BYTES } from '../../src/gateway/cached-key.ts'
import { compileKey } from '../../src/keys/access.ts'
import type { KeyRecord } from '../../src/keys/key-record.ts'
import { toStored } from '../../src/keys/stored-record.ts'
import { GONE, KEY } from './samples.ts'

it('says how large a record is, which its IP ACL decides', () => {
  const sizeOf = (record: KeyRecord) => byteSizeOf(compileKey(toStored(record)))
  const networks = Array.from({ length: 1_000 }, (_, i) => `10.${i >> 7}.${(i & 127) * 2}.0/24`)
  expect(sizeOf(GONE)).toBe(RECORD_BYTES)
  expect(sizeOf(KEY)).toBe(RECORD_BYTES)
  expect(sizeOf({ ...KEY, ipAcl: networks })).toBe(RECORD_BYTES + 8 * networks.length)
  expect(sizeOf({ ...KEY, ipAcl: ['2001:db8::/32'] })).toBe(RECORD_BYTES + 32)
})
