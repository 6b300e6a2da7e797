// E-mail addresses: what may be one, and the one form by which two of them are compared. Without regard to
// case, the local part in NFC (RFC 6532 §3.1), the domain in its ASCII form as the URL standard has it
// (UTS 46), since browsers send that form of what a person types. What is shown stays as it was given.

/**
 * The canonical form, as `info@xn--bcher-kva.example` of `Info@Bücher.example.`; of what is no e-mail
 * address the text in lower case, which no address has as its form.
 */
export function canonicalEmail(text: string): string {
  return canonicalAddress(text) ?? legacyEmailKey(text)
}

/** The form by which versions before this one compared. */
export function legacyEmailKey(text: string): string {
  return text.toLowerCase()
}

/** Whether this may be the e-mail of a new account. */
export function isEmail(text: string): boolean {
  if (UNSEEN.test(text) || SPECIALS.test(text.slice(0, text.lastIndexOf('@')))) return false
  const canonical = canonicalAddress(text)
  if (canonical === null) return false
  const labels = canonical.slice(canonical.indexOf('@') + 1).split('.')
  return (
    labels.join('.').length <= MAX_DOMAIN &&
    labels.every((label) => label.length > 0 && label.length <= MAX_LABEL)
  )
}

/**
 * In UTF-16 units: four times as many as a new address may have, for those who type it decomposed. To
 * normalise a text can take the square of its length.
 */
const MAX_TEXT = 1_024
/** RFC 1035 §2.3.4. */
const MAX_DOMAIN = 253
const MAX_LABEL = 63
/** Spaces, control characters, and all else that is not seen or changes how the rest is seen. */
const UNSEEN = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u
/** In the local part, RFC 5322 §3.2.3 has them in quotes and comments alone: other spellings of one mailbox. */
const SPECIALS = /["(),:;<>@[\\\]]/
/** What ends a host in a URL or is decoded there. */
const NO_HOST = /[\s\p{Cc}/?#:@\\%[\]]/u

function canonicalAddress(text: string): string | null {
  if (text.length > MAX_TEXT) return null
  const [local, domain, ...more] = text.split('@')
  if (local === undefined || local === '' || domain === undefined || more.length > 0) return null
  const ascii = toAsciiDomain(domain)
  if (ascii === null) return null
  // One sigma: which of the two is the lower case depends on the letters around it.
  const folded = local.normalize('NFC').toLowerCase().replaceAll('ς', 'σ')
  return `${folded.normalize('NFC')}@${ascii}`
}

/** Null for what is no domain, an IPv4 address too. */
function toAsciiDomain(domain: string): string | null {
  const url = `http://${domain}/`
  if (NO_HOST.test(domain) || !URL.canParse(url)) return null
  const host = new URL(url).hostname.replace(/\.$/, '')
  return host === '' || /(?:^|\.)\d+$/.test(host) ? null : host
}
