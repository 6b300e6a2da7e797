import { announce } from './announce.tsx'
import { messages } from './messages.ts'

/** Copies a text and says so; false where the browser does not let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    announce(messages.copied)
    return true
  } catch {
    announce(messages.copyFailed)
    return false
  }
}
