// The addresses that have sent a token of a key, with the note of the network that each is in, and a way to
// put those on the IP ACL that are not on it.

import { checkAddress, findExcluded, networksOfAddress } from '../acl/acl-addresses.ts'
import { messages } from '../messages/messages.ts'
import { pictureMessages } from '../messages/picture.ts'
import { exactTime, minuteOf } from '../messages/times.ts'
import type { Key, KeyUsage } from '../api/types.ts'

/** The addresses that are listed. Their counts are in the answer of the API. */
const MAX_LISTED = 20

interface UseAddressesProps {
  readonly addresses: KeyUsage['addresses']
  readonly label: string
  /** The key whose IP ACL is looked at. */
  readonly apiKey?: Key
  /** Opens the form with a network added; left out where nothing may be changed. */
  readonly onAdd?: ((networks: readonly string[]) => void) | undefined
}

export function UseAddresses({ addresses, label, apiKey, onAdd }: UseAddressesProps) {
  if (addresses.length === 0) return null
  const left = addresses.length - MAX_LISTED
  const acl = apiKey?.ip_acl ?? []
  const isOut = findExcluded(
    acl,
    addresses.map(({ address }) => address),
  )
  return (
    <>
      <ul class="denials" tabIndex={0} aria-label={label}>
        {addresses.slice(0, MAX_LISTED).map(({ address, allowed, refused, last_at: last }) => (
          <li key={address}>
            <AddressName address={address} apiKey={apiKey} />
            <span class="hint" title={exactTime(last)}>
              {pictureMessages.use.address(allowed, refused, minuteOf(last))}
            </span>
            {address !== null && isOut.has(address) && <AddToAcl address={address} onAdd={onAdd} />}
          </li>
        ))}
      </ul>
      {left > 0 && <p class="hint">{pictureMessages.use.more(left)}</p>}
    </>
  )
}

interface AddressNameProps {
  readonly address: string | null
  readonly apiKey: Key | undefined
}

/** An address, and the note of its network. */
export function AddressName({ address, apiKey }: AddressNameProps) {
  const { ip_acl: acl = [], ip_acl_notes: notes = {} } = apiKey ?? {}
  const entry = address === null ? null : checkAddress(acl, address)?.entry
  const note = entry === null || entry === undefined ? undefined : notes[entry]
  return (
    <>
      <span class="mono">{address ?? messages.acl.unreadable}</span>
      {note !== undefined && <bdi class="chip-note">{note}</bdi>}
    </>
  )
}

interface AddToAclProps {
  readonly address: string
  readonly onAdd: UseAddressesProps['onAdd']
}

/** Offers the network of an address; of an IPv6 host the /64, within which its address changes. */
export function AddToAcl({ address, onAdd }: AddToAclProps) {
  const [network] = networksOfAddress(address)
  if (network === undefined || onAdd === undefined) return null
  return (
    <button
      type="button"
      class="link"
      aria-label={messages.acl.addDenied(network)}
      onClick={() => onAdd([network])}
    >
      {pictureMessages.use.addToAcl}
    </button>
  )
}
