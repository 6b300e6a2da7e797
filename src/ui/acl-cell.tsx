// The IP ACL of a key in the list: the first networks, and the way to the others.

import { Link } from './link.tsx'
import { messages } from './messages.ts'
import { PATHS } from './route.ts'
import type { Key } from './types.ts'

const ALWAYS_SHOWN = 2

export function AclCell({ apiKey }: { readonly apiKey: Key }) {
  const { id, ip_acl: acl, ip_acl_mode: mode } = apiKey
  if (acl.length === 0) return <span class="badge open">{messages.row.anyAddress}</span>
  const rest = acl.length - ALWAYS_SHOWN
  return (
    <div class="acl-cell">
      {mode === 'report' && <span class="badge pending">{messages.row.reportOnly}</span>}
      {acl.slice(0, ALWAYS_SHOWN).map((network) => (
        <code key={network}>{network}</code>
      ))}
      {rest > 0 && <Link href={PATHS.key(id)}>{messages.row.more(rest)}</Link>}
    </div>
  )
}
