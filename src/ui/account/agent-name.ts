// The browser and the system that a User-Agent header names, such as "Firefox on Windows". A few patterns tell the
// common ones; a library of them weighs more than all pages of the account.

import { accountMessages } from '../messages/account.ts'

/** Browsers also name the ones that they descend from, so the order counts: Edge says Chrome, Chrome says Safari. */
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPT)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS)\//],
  ['Safari', /\bVersion\/\S+ (?:Mobile\/\S+ )?Safari\//],
]

/** Android names Linux, and iOS says that it is like Mac OS X. */
const SYSTEMS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows NT\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]

/** Null for a client that is none of these: what it calls itself says more. */
export function agentName(userAgent: string): string | null {
  const browser = nameIn(BROWSERS, userAgent)
  const system = nameIn(SYSTEMS, userAgent)
  if (browser === null || system === null) return null
  return accountMessages.sessions.agent(browser, system)
}

function nameIn(table: typeof BROWSERS, text: string): string | null {
  return table.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}
