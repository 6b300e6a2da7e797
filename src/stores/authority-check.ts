// The one question that each request of a client waits for: whether a copy is what must be honoured. It is
// asked by a request and not by RPC, which takes twice the CPU time. 204 says that the copy is current;
// else the answer is JSON, an `AuthorityAnswer`.

const URL_START = 'http://key-authority/'

/** What tells one copy from another. */
export interface CopyIdentity {
  /** Orders copies, and identifies none. */
  readonly revision: number
  /** Of the stored text, see keys/stored-record.ts; null from a version that knows no tags. */
  readonly tag: string | null
}

/** Asks about a copy; null where there is none at hand. */
export function checkUrl(copy: CopyIdentity | null): string {
  if (copy === null) return URL_START
  return copy.tag === null ? URL_START + copy.revision : `${URL_START}${copy.revision}/${copy.tag}`
}

/** What `checkUrl` was made of. */
export function checkedCopy(url: string): CopyIdentity | null {
  if (url === URL_START) return null
  const [revision, tag = null] = url.slice(URL_START.length).split('/')
  return { revision: Number(revision), tag }
}
