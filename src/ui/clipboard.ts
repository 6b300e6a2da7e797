import { announce, announceFailure } from './announce.tsx'
import { messages } from './messages.ts'

/** Copies a text and announces the result; false if the browser does not allow it. */
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
