// Who may use a key, and who was refused lately, to be read and not edited.

import { findExcluded, modeOfDenials } from '../acl/acl-addresses.ts'
import type { Api } from '../api/api.ts'
import { ChipNote } from '../acl/chip-note.tsx'
import { useAnswer } from '../api/use-answer.ts'
import { toListText } from '../acl/acl-text.ts'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { messages } from '../messages/messages.ts'
import { exactTime, minuteOf } from '../messages/times.ts'
import type { Key } from '../api/types.ts'
import { AddressName, AddToAcl } from '../use/use-addresses.tsx'

export function AclSummary({ apiKey }: { readonly apiKey: Key }) {
  const { ip_acl: acl, ip_acl_mode: mode, ip_acl_notes: notes } = apiKey
  const text = messages.keyView
  return (
    <section class="card part">
      <h2>{text.access}</h2>
      {acl.length === 0 ? (
        <p>{text.anyAddress}</p>
      ) : (
        <>
          <p class="hint">{mode === 'report' ? text.reported : text.enforced}</p>
          <ul class="chips" aria-label={messages.acl.list} tabIndex={0}>
            {acl.map((network) => (
              <li class="chip plain" key={network}>
                {network}
                <ChipNote network={network} note={notes[network] ?? ''} />
              </li>
            ))}
          </ul>
          <p class="acl-count">
            <span>{messages.acl.count(acl.length)}</span>
            <CopyButton label={text.copyAcl} onCopy={() => copyText(toListText(acl, notes))}>
              {text.copyAcl}
            </CopyButton>
          </p>
        </>
      )}
    </section>
  )
}

interface DenialSummaryProps {
  readonly api: Api
  readonly apiKey: Key
  /** Opens the form with a network added; undefined where nothing may be changed. */
  readonly onAdd: ((networks: readonly string[]) => void) | undefined
}

export function DenialSummary({ api, apiKey, onAdd }: DenialSummaryProps) {
  const denials = useAnswer(() => api.listDenials(apiKey.id), [apiKey.id])?.denials
  const text = messages.acl
  const title = text.denials[modeOfDenials(denials ?? [], apiKey.ip_acl_mode)]
  const isOut = findExcluded(
    apiKey.ip_acl,
    (denials ?? []).map(({ address }) => address),
  )
  return (
    <section class="card part">
      <h2>{title}</h2>
      {denials?.length === 0 && <p class="muted">{messages.keyView.noDenials}</p>}
      {denials !== undefined && denials.length > 0 && (
        <ul class="denials" tabIndex={0} aria-label={title}>
          {denials.map(({ address, count, last_at: last }) => (
            <li key={address}>
              <AddressName address={address} apiKey={apiKey} />
              <span class="hint" title={exactTime(last)}>
                {text.denied(count, minuteOf(last))}
              </span>
              {address !== null && isOut.has(address) && (
                <AddToAcl address={address} onAdd={onAdd} />
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
