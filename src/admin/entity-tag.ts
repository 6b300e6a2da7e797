// ETag and If-Match of a key (RFC 9110 §8.8.3, §13.1.1): the tag is the version in quotes.

export function entityTag(version: number): string {
  return `"${version}"`
}

/** An entity-tag of RFC 9110 §8.8.3; the group is what stands between the quotes. */
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/
/** A list of them, of which RFC 9110 §5.6.1.2 lets elements be empty. */
const LIST = new RegExp(String.raw`^[ \t,]*(?:${TAG.source}[ \t]*(?:,[ \t,]*|$))+$`)
const EACH_TAG = new RegExp(TAG, 'g')

/**
 * Whether an If-Match header lets a version be replaced. No header lets every version; a malformed one
 * lets none.
 *
 * RFC 9110 compares strongly here, so `W/"3"` would match nothing. But Cloudflare weakens the tag of each
 * answer that it compresses, and the client can only send back what it got. The tag is the version, which
 * rises with every edit, so it is as good as a strong one.
 */
export function ifMatch(header: string | undefined): (version: number) => boolean {
  if (header === undefined || header.trim() === '*') return () => true
  if (!LIST.test(header)) return () => false
  const opaqueTags = new Set(Array.from(header.matchAll(EACH_TAG), ([, opaque]) => opaque))
  return (version) => opaqueTags.has(String(version))
}
