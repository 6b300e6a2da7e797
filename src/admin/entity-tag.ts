// ETag and If-Match of a key (RFC 9110 §8.8.3, §13.1.1): the tag is the version in quotes.

export function entityTag(version: number): string {
  return `"${version}"`
}

/** Whether an If-Match header lets a version be replaced. No header lets every version; a tag that is weak or malformed matches none. */
export function ifMatch(header: string | undefined): (version: number) => boolean {
  if (header === undefined || header.trim() === '*') return () => true
  const tags = header.split(',').map((tag) => tag.trim())
  return (version) => tags.includes(entityTag(version))
}
