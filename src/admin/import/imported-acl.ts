// The IP ACL of an imported key. Lists of old keys have bare addresses, which become networks of one address.

import * as z from 'zod'
import { parseAddress, unmapAddress } from '../../keys/address.ts'
import { formatNetwork, parseCidr } from '../../keys/cidr.ts'
import { MAX_ACL_ENTRIES } from '../requests/ip-acl.ts'

/** Something of a row that was taken otherwise than it was written, or that may be a mistake. */
export interface RowWarning {
  /** JSON Pointer into the row. */
  readonly pointer: string
  readonly code: 'bare_address' | 'token_not_expected' | 'token_short' | 'not_changed'
  readonly detail: string
}

export interface ImportedAcl {
  /** Canonical CIDR entries. */
  readonly entries: readonly string[]
  readonly warnings: readonly RowWarning[]
}

export const importedAcl = z
  .array(z.unknown())
  .transform((given, ctx): ImportedAcl => {
    const entries = new Set<string>()
    const warnings: RowWarning[] = []
    const fail = (message: string, params: object, path: number[]) =>
      ctx.addIssue({ code: 'custom', message, params, path })
    if (given.length > MAX_ACL_ENTRIES) {
      fail(`An IP ACL has ${MAX_ACL_ENTRIES} entries at most`, { code: 'too_long' }, [])
      return z.NEVER
    }
    for (const [index, entry] of given.entries()) {
      if (typeof entry !== 'string') {
        fail('This must be of type string', { code: 'wrong_type' }, [index])
        continue
      }
      const written = withPrefix(entry)
      const network = parseCidr(written)
      if (!network.ok) {
        const { detail, ...params } = network.error
        fail(detail, params, [index])
        continue
      }
      const canonical = formatNetwork(network.value)
      entries.add(canonical)
      if (written !== entry) {
        const detail = `The address ${entry.trim()} became the network ${canonical}`
        warnings.push({ pointer: `/ip_acl/${index}`, code: 'bare_address', detail })
      }
    }
    return { entries: [...entries], warnings }
  })
  .meta({
    override: { type: 'array', items: { type: 'string' }, maxItems: MAX_ACL_ENTRIES },
    description: 'IPv4 or IPv6 networks in CIDR form, or addresses; empty: any address',
  })

/** An address with the length of its prefix; anything else as it is. */
function withPrefix(entry: string): string {
  const address = parseAddress(entry.trim())
  return address === null
    ? entry
    : formatNetwork({
        address: unmapAddress(address),
        prefix: unmapAddress(address).family === 4 ? 32 : 128,
      })
}
