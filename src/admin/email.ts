// E-mail addresses: which texts are accepted, and the canonical form by which addresses are compared. It is
// in lower case. The local part is in NFC (RFC 6532 §3.1). The domain is in the ASCII form of the URL
// standard (UTS 46), because browsers send that form. The page shows an address as it was entered.

/**
 * The canonical form, such as `info@xn--bcher-kva.example` for `Info@Bücher.example.`. A text that is no
 * e-mail address becomes lower case, which never equals the canonical form of an address.
 */
export function canonicalEmail(text: string): string {
  return canonicalAddress(text) ?? legacyEmailKey(text)
}

/** The form by which older versions compared addresses. */
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
 * In UTF-16 units: four times as many as a new address may have, which is enough for decomposed text. A
 * longer text is not normalised, because that can take time quadratic in the length.
 */
const MAX_TEXT = 1_024
/** RFC 1035 §2.3.4. */
const MAX_DOMAIN = 253
const MAX_LABEL = 63
/** Spaces, control characters, and other characters that are invisible or change how the rest is shown. */
const UNSEEN = /[\p{Z}\p{C}\p{Default_Ignorable_Code_Point}]/u
/**
 * RFC 5322 §3.2.3 allows these in a local part only in quotes and comments, which are spellings of another
 * one.
 */
const SPECIALS = /["(),:;<>@[\\\]]/
/** Characters that end a host in a URL or are decoded there. */
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

/** Null if the text is no domain; an IPv4 address is none. */
function toAsciiDomain(domain: string): string | null {
  const url = `http://${domain}/`
  if (NO_HOST.test(domain) || !URL.canParse(url)) return null
  const host = new URL(url).hostname.replace(/\.$/, '')
  return host === '' || /(?:^|\.)\d+$/.test(host) ? null : host
}
