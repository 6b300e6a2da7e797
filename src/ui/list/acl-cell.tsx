// The IP ACL of a key in the list: one pill, and the way to all of it.

import { Link } from '../controls/link.tsx'
import { networks } from '../messages/counted.ts'
import * as rowText from '../messages/row.ts'
import { PATHS } from '../browser/route.ts'
import type { Key } from '../api/types.ts'

/** How many networks a tooltip names. */
const NAMED = 8

export function AclCell({ apiKey }: { readonly apiKey: Key }) {
  const { id, ip_acl: acl, ip_acl_mode: mode } = apiKey
  const [first] = acl
  if (first === undefined) return <span class="badge open">{rowText.anyAddress}</span>
  const isReport = mode === 'report'
  const count = networks(acl.length)
  const text = isReport ? rowText.reportOnly : acl.length === 1 ? first : count
  const rest = acl.length - NAMED
  const named = acl.slice(0, NAMED).join('\n')
  const title = rest > 0 ? `${named}\n${rowText.more(rest)}` : named
  return (
    <Link
      href={PATHS.key(id)}
      class={isReport ? 'badge open' : 'badge networks'}
      title={isReport ? `${count}\n${title}` : title}
    >
      {text}
    </Link>
  )
}
