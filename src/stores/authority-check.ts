// The check that every client request waits for: whether a cached record is current. It uses fetch because RPC
// takes twice the CPU time. The answer is 204 if the record is current, and otherwise an `AuthorityAnswer` as
// JSON.

const URL_START = 'http://key-authority/'

/** Identifies a cached record. */
export interface RecordIdentity {
  /** Orders records. Two different records may have the same revision. */
  readonly revision: number
  /** The tag of the stored text, see keys/stored-record.ts. Null from a version that knows no tags. */
  readonly tag: string | null
}

/** The URL that checks a cached record. `cached`: null if there is none. */
export function checkUrl(cached: RecordIdentity | null): string {
  if (cached === null) return URL_START
  const { revision, tag } = cached
  return tag === null ? URL_START + revision : `${URL_START}${revision}/${tag}`
}

/** The record that a URL of `checkUrl` asks about. */
export function parseCheckUrl(url: string): RecordIdentity | null {
  if (url === URL_START) return null
  const [revision, tag = null] = url.slice(URL_START.length).split('/')
  return { revision: Number(revision), tag }
}
