import { describe, expect, it } from 'vitest'
import { readListFile } from '../../../src/ui/acl/list-file.ts'

const file = (...bytes: (string | number[])[]) =>
  new File(
    bytes.map((part) => (typeof part === 'string' ? part : new Uint8Array(part))),
    'list.txt',
  )

describe('readListFile()', () => {
  it.each([
    ['text', file('192.0.2.0/24\r\n\t198.51.100.0/24')],
    ['text with a byte order mark', file([0xef, 0xbb, 0xbf], '192.0.2.0/24\r\n\t198.51.100.0/24')],
  ])('reads %s', async (_, given) => {
    expect(await readListFile(given)).toEqual({ text: '192.0.2.0/24\r\n\t198.51.100.0/24' })
  })

  it.each([
    ['5 MB', file('1'.repeat(5_000_000)), /^“list\.txt” is larger than 1 MB/],
    ['nothing', file(), /^“list\.txt” is empty/],
    ['UTF-16', file([0xff, 0xfe, 0x31, 0]), /is text in UTF-16\. Save it as UTF-8/],
    ['UTF-16, big end first', file([0xfe, 0xff, 0, 0x31]), /is text in UTF-16/],
    ['UTF-16 without a mark', file([0x31, 0, 0x2e, 0]), /is no plain text in UTF-8/],
    ['another encoding', file('192.0.2.0/24 # B', [0xfc], 'ro'), /is no plain text in UTF-8/],
    ['a workbook', file('PK', [3, 4, 20, 0]), /is no plain text in UTF-8/],
  ])('says why it cannot read %s', async (_, given, sentence) => {
    expect(await readListFile(given)).toEqual({ fault: expect.stringMatching(sentence) as string })
  })

  it('says so where the file is gone meanwhile', async () => {
    const gone = Object.assign(file('1'), { arrayBuffer: () => Promise.reject(new Error()) })
    expect(await readListFile(gone)).toEqual({
      fault: '“list.txt” cannot be read. Is it still there?',
    })
  })
})
