// Who may use a key, to be read and not edited.

import { ChipNote } from '../acl/chip-note.tsx'
import { toListText } from '../acl/acl-text.ts'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import * as aclText from '../messages/acl.ts'
import { networks } from '../messages/counted.ts'
import * as text from '../messages/key-view.ts'
import type { Key } from '../api/types.ts'

export function AclSummary({ apiKey }: { readonly apiKey: Key }) {
  const { ip_acl: acl, ip_acl_mode: mode, ip_acl_notes: notes } = apiKey
  return (
    <section class="card part">
      <h2>{text.access}</h2>
      {acl.length === 0 ? (
        <p>{text.anyAddress}</p>
      ) : (
        <>
          <p class="hint">{mode === 'report' ? text.reported : text.enforced}</p>
          <ul class="chips" aria-label={aclText.list} tabIndex={0}>
            {acl.map((network) => (
              <li class="chip plain" key={network}>
                {network}
                <ChipNote network={network} note={notes[network] ?? ''} />
              </li>
            ))}
          </ul>
          <p class="acl-count">
            <span>{networks(acl.length)}</span>
            <CopyButton label={text.copyAcl} onCopy={() => copyText(toListText(acl, notes))}>
              {text.copyAcl}
            </CopyButton>
          </p>
        </>
      )}
    </section>
  )
}
