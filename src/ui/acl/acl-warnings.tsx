// What is probably a mistake in the networks of an IP ACL.

import { useMemo } from 'preact/hooks'
import { ENTRY_WARNINGS, entryWarnings } from '../../keys/entry-warnings.ts'
import { listNetworks } from './acl.ts'
import { findExcluded } from './acl-addresses.ts'
import { WarningIcon } from '../controls/icons.tsx'
import * as aclText from '../messages/acl.ts'

interface AclWarningsProps {
  readonly acl: readonly string[]
  /** The customer's current address; null where it need not be on the list. */
  readonly address: string | null
}

export function AclWarnings({ acl, address }: AclWarningsProps) {
  const warnings = useMemo(() => warningsOf(acl), [acl])
  const isLeftOut = useMemo(() => findExcluded(acl, [address]).size > 0, [acl, address])
  const ofAddress = address !== null && isLeftOut ? [aclText.leavesOut(address)] : []
  return (
    <>
      {[...ofAddress, ...warnings].map((warning) => (
        <p class="notice warning" key={warning}>
          <WarningIcon /> <span>{warning}</span>
        </p>
      ))}
    </>
  )
}

/** Sentences about entries that are probably a mistake, by the rules of the API's `warnings`. */
function warningsOf(acl: readonly string[]): string[] {
  const found = entryWarnings(acl)
  return ENTRY_WARNINGS.flatMap((code) => {
    const warned = found.filter((warning) => warning.code === code)
    const entries = warned.map(({ pointer }) => acl[Number(pointer.split('/')[2])] ?? '')
    return entries.length === 0 ? [] : [aclText.warnings[code](listNetworks(entries))]
  })
}
