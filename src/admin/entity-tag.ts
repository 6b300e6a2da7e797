// ETag and If-Match of a key (RFC 9110 §8.8.3, §13.1.1). The tag is the version in quotes.

export function entityTag(version: number): string {
  return `"${version}"`
}

/** An entity-tag of RFC 9110 §8.8.3; the group is the text between the quotes. */
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/
/** A list of entity-tags. RFC 9110 §5.6.1.2 lets elements be empty. */
const LIST = new RegExp(String.raw`^[ \t,]*(?:${TAG.source}[ \t]*(?:,[ \t,]*|$))+$`)
const EACH_TAG = new RegExp(TAG, 'g')

/**
 * Answers a function that tells whether an If-Match header lets a version be replaced. Without a header
 * every version may be replaced; with a malformed header, none.
 *
 * RFC 9110 asks for a strong comparison, which would never match `W/"3"`. But Cloudflare weakens the tag of
 * each answer that it compresses, and clients send that tag back. A weak tag is as good as a strong one
 * here, because every edit raises the version.
 */
export function ifMatch(header: string | undefined): (version: number) => boolean {
  if (header === undefined || header.trim() === '*') return () => true
  if (!LIST.test(header)) return () => false
  const opaqueTags = new Set(Array.from(header.matchAll(EACH_TAG), ([, opaque]) => opaque))
  return (version) => opaqueTags.has(String(version))
}
