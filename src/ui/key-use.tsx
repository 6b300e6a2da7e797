// What a key was used for: when it was used last, how often within 24 hours, and from which addresses.

import { useEffect, useState } from 'preact/hooks'
import type { Api } from './api.ts'
import { messages } from './messages.ts'
import { exactTime, minuteOf, untilText } from './times.ts'
import type { KeyUsage } from './types.ts'

/** The addresses that are listed. Their counts are in the answer of the API. */
const MAX_LISTED = 20

export function UseCard({ use }: { readonly use: KeyUsage | null | undefined }) {
  const text = messages.use
  return (
    <section class="card part" aria-labelledby="use">
      <h2 id="use">{text.title}</h2>
      {use === null && <p class="hint">{text.unknown}</p>}
      {use !== null && use !== undefined && (
        <>
          <p title={use.last_used_at === null ? undefined : exactTime(use.last_used_at)}>
            {use.last_used_at === null
              ? text.never
              : text.last(untilText(use.last_used_at), use.last_address)}
          </p>
          <p class="hint">{text.sums(...sumsOf(use))}</p>
          <AddressList addresses={use.addresses} label={text.addresses} />
        </>
      )}
    </section>
  )
}

/** The addresses that have come with a token since a time. */
export function UsedSince({
  use,
  since,
}: {
  readonly use: KeyUsage | null | undefined
  readonly since: string
}) {
  const text = messages.use
  if (use === undefined || use === null) return null
  const addresses = use.addresses.filter(({ last_at: last }) => last >= since)
  if (addresses.length === 0) return <p>{text.noneSince}</p>
  return (
    <>
      <p>{text.since(addresses.length)}</p>
      <AddressList addresses={addresses} label={text.since(addresses.length)} />
    </>
  )
}

/** The use of a key within 24 hours; undefined before the first answer, null where it cannot be told. */
export function useKeyUse(api: Api, id: string, version: number): KeyUsage | null | undefined {
  const [use, setUse] = useState<KeyUsage | null | undefined>()
  useEffect(() => {
    let isOver = false
    void api.readUsage(id).then((answer) => {
      if (!isOver) setUse(answer.ok ? answer.value : null)
    })
    return () => {
      isOver = true
    }
  }, [id, version])
  return use
}

function sumsOf({ buckets }: KeyUsage): readonly [allowed: number, refused: number] {
  let [allowed, refused] = [0, 0]
  for (const bucket of buckets) {
    allowed += bucket.allowed
    for (const count of Object.values(bucket.refused)) refused += count
  }
  return [allowed, refused]
}

interface AddressListProps {
  readonly addresses: KeyUsage['addresses']
  readonly label: string
}

function AddressList({ addresses, label }: AddressListProps) {
  if (addresses.length === 0) return null
  const left = addresses.length - MAX_LISTED
  return (
    <>
      <ul class="denials" tabIndex={0} aria-label={label}>
        {addresses.slice(0, MAX_LISTED).map(({ address, allowed, refused, last_at: last }) => (
          <li key={address}>
            <span class="mono">{address ?? messages.acl.unreadable}</span>
            <span class="hint" title={exactTime(last)}>
              {messages.use.address(allowed, refused, minuteOf(last))}
            </span>
          </li>
        ))}
      </ul>
      {left > 0 && <p class="hint">{messages.use.more(left)}</p>}
    </>
  )
}
