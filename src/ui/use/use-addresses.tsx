// The addresses that have sent a token of a key, with the note of the network that each is in, and a way to
// put those on the IP ACL that are not on it.

import { checkAddress, findExcluded, networksOfAddress } from '../acl/acl-addresses.ts'
import * as aclText from '../messages/acl.ts'
import * as text from '../messages/picture.ts'
import { exactTime, minuteOf } from '../messages/times.ts'
import type { Key, KeyUsage } from '../api/types.ts'

type AddressUse = KeyUsage['addresses'][number]

interface UseAddressesProps {
  readonly addresses: KeyUsage['addresses']
  /** The key whose IP ACL is looked at. */
  readonly apiKey: Key
  /** Opens the form with a network added; undefined where nothing may be changed. */
  readonly onAdd: ((networks: readonly string[]) => void) | undefined
}

/** Those that were refused, or will be once the IP ACL is enforced, come first; then the newest. */
export function UseAddresses({ addresses, apiKey, onAdd }: UseAddressesProps) {
  if (addresses.length === 0) return null
  const isOut = findExcluded(
    apiKey.ip_acl,
    addresses.map(({ address }) => address),
  )
  const rank = ({ address, refused }: AddressUse) =>
    refused > 0 || (address !== null && isOut.has(address)) ? 0 : 1
  const sorted = addresses.toSorted((a, b) => rank(a) - rank(b))
  return (
    <ul class="denials use-addresses" tabIndex={0} aria-label={text.addresses}>
      {sorted.map((use) => (
        <AddressItem
          key={use.address}
          use={use}
          apiKey={apiKey}
          isOut={use.address !== null && isOut.has(use.address)}
          onAdd={onAdd}
        />
      ))}
    </ul>
  )
}

interface AddressItemProps extends Pick<UseAddressesProps, 'apiKey' | 'onAdd'> {
  readonly use: AddressUse
  readonly isOut: boolean
}

function AddressItem({ use, apiKey, isOut, onAdd }: AddressItemProps) {
  const { address, allowed, refused, last_at: last } = use
  return (
    <li>
      <AddressName address={address} apiKey={apiKey} />
      <span class="hint" title={exactTime(last)}>
        {refused > 0 && <b>{text.refusedSum(refused)}</b>}
        {refused > 0 && ', '}
        {allowed > 0 && `${text.allowedCount(allowed)}, `}
        {text.lastAt(minuteOf(last))}
        {isOut && allowed > 0 && <b>, {text.outside}</b>}
      </span>
      {address !== null && isOut && <AddToAcl address={address} onAdd={onAdd} />}
    </li>
  )
}

interface AddressNameProps {
  readonly address: string | null
  readonly apiKey: Key
}

/** An address, and the note of its network. */
function AddressName({ address, apiKey }: AddressNameProps) {
  const { ip_acl: acl, ip_acl_notes: notes } = apiKey
  const entry = address === null ? null : checkAddress(acl, address)?.entry
  const note = entry === null || entry === undefined ? undefined : notes[entry]
  return (
    <>
      <span class="mono">{address ?? aclText.unreadable}</span>
      {note !== undefined && <bdi class="chip-note">{note}</bdi>}
    </>
  )
}

interface AddToAclProps {
  readonly address: string
  readonly onAdd: UseAddressesProps['onAdd']
}

/** Offers the network of an address; of an IPv6 host the /64, within which its address changes. */
function AddToAcl({ address, onAdd }: AddToAclProps) {
  const [network] = networksOfAddress(address)
  if (network === undefined || onAdd === undefined) return null
  return (
    <button
      type="button"
      class="link"
      aria-label={aclText.addDenied(network)}
      onClick={() => onAdd([network])}
    >
      {text.addToAcl}
    </button>
  )
}
