import { announce, announceFailure } from './announce.tsx'
import { messages } from './messages.ts'

/** Copies a text and says how it went; false where the browser does not let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    announce(messages.copied)
    return true
  } catch {
    announceFailure(messages.copyFailed)
    return false
  }
}
