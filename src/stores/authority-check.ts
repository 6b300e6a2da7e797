// The one question that each request of a client waits for: whether a copy is what must be honoured. It is
// asked by a request and not by RPC, which takes twice the CPU time. 204 says that the copy is current;
// else the answer is JSON, an `AuthorityAnswer`.

const URL_START = 'http://key-authority/'

/** Asks about a copy at `revision`; null where there is no copy at hand. */
export function checkUrl(revision: number | null): string {
  return revision === null ? URL_START : URL_START + revision
}

/** What `checkUrl` was made of. */
export function checkedRevision(url: string): number | null {
  return url === URL_START ? null : Number(url.slice(URL_START.length))
}
