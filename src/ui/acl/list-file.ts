// Reads a list from a file of the customer's own computer.

import * as text from '../messages/files.ts'

/** More than any list that can be read has. */
const MAX_BYTES = 1_000_000
/** No text has a control character, but for tabs and the ends of lines. */
const BINARY = /(?![\s\u0085])\p{Cc}/u

/** The text of a file, or a sentence that says why it cannot be read. */
export async function readListFile(file: File): Promise<{ text: string } | { fault: string }> {
  if (file.size > MAX_BYTES) return { fault: text.tooLarge(file.name) }
  let bytes: Uint8Array
  try {
    bytes = new Uint8Array(await file.arrayBuffer())
  } catch {
    return { fault: text.unreadable(file.name) } // it is gone, or a folder
  }
  if (bytes.length === 0) return { fault: text.empty(file.name) }
  const [first, second] = bytes
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (isUtf16) return { fault: text.utf16(file.name) }
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    return BINARY.test(decoded) ? { fault: text.noText(file.name) } : { text: decoded }
  } catch {
    return { fault: text.noText(file.name) }
  }
}
