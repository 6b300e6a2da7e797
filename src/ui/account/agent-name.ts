// The browser and the system that a User-Agent header names, such as "Firefox on Windows". A few marks tell the
// common ones; a library of them weighs more than all pages of the account.

import * as sessionsText from '../messages/sessions.ts'

/** Browsers also name the ones that they descend from, so the order counts: Edge says Chrome, Chrome says Safari. */
const BROWSERS: Readonly<Record<string, string>> = {
  Edg: 'Edge',
  'OPR/': 'Opera',
  'Vivaldi/': 'Vivaldi',
  'SamsungBrowser/': 'Samsung Internet',
  'Firefox/': 'Firefox',
  'FxiOS/': 'Firefox',
  'Chrome/': 'Chrome',
  'CriOS/': 'Chrome',
  'Version/': 'Safari',
}

/** Android names Linux, and iOS says that it is like Mac OS X. */
const SYSTEMS: Readonly<Record<string, string>> = {
  iPhone: 'iPhone',
  iPad: 'iPad',
  Android: 'Android',
  'Windows NT': 'Windows',
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
  Linux: 'Linux',
}

/** Null for a client that is none of these: what it calls itself says more. */
export function agentName(userAgent: string): string | null {
  const browser = nameIn(BROWSERS, userAgent)
  const system = nameIn(SYSTEMS, userAgent)
  if (browser === null || system === null) return null
  return sessionsText.agent(browser, system)
}

function nameIn(table: typeof BROWSERS, text: string): string | null {
  return Object.entries(table).find(([mark]) => text.includes(mark))?.[1] ?? null
}
