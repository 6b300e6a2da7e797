// The rows of a list in parts, each of one account and small enough for one call.

export interface AccountRow {
  readonly line: number
  readonly accountId: string
  readonly row: object
}

const MAX_ROWS = 1_000
/** The gateway takes 4 MiB. */
const MAX_BYTES = 3_500_000

/** In the order of the list, as far as one account after another lets it. */
export function* partsOf(rows: readonly AccountRow[]): Generator<readonly AccountRow[]> {
  for (const ofAccount of Map.groupBy(rows, ({ accountId }) => accountId).values()) {
    let part: AccountRow[] = []
    let bytes = 0
    for (const row of ofAccount) {
      const more = Buffer.byteLength(JSON.stringify(row.row)) + 1
      if (part.length === MAX_ROWS || (part.length > 0 && bytes + more > MAX_BYTES)) {
        yield part
        part = []
        bytes = 0
      }
      part.push(row)
      bytes += more
    }
    yield part
  }
}
