import { announce, announceFailure } from '../controls/announce.tsx'
import * as commonText from '../messages/common.ts'

/** Copies a text and announces the result; false if the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    announce(commonText.copied)
    return true
  } catch {
    announceFailure(commonText.copyFailed)
    return false
  }
}

/**
 * Copies a text that is still to come. Safari lets a page copy only within the click, so this must be called
 * in it. Null if the text does not come.
 */
export async function copySoon(text: Promise<string>): Promise<boolean | null> {
  try {
    await writeSoon(text)
  } catch {
    const isThere = await text.then(
      () => true,
      () => false,
    )
    if (!isThere) return null
    announceFailure(commonText.copyFailed)
    return false
  }
  announce(commonText.copied)
  return true
}

async function writeSoon(text: Promise<string>): Promise<void> {
  const blob = text.then((plain) => new Blob([plain], { type: 'text/plain' }))
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })])
  } catch {
    await navigator.clipboard.writeText(await text) // some browsers take no promise
  }
}
