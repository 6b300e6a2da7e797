// Who may use a key, and who was refused lately, to be read and not edited.

import { useEffect, useState } from 'preact/hooks'
import type { Api } from './api.ts'
import { copyText } from './clipboard.ts'
import { CopyButton } from './copy-button.tsx'
import { messages } from './messages.ts'
import { exactTime, minuteOf } from './times.ts'
import type { Denial, Key } from './types.ts'

export function AclSummary({ apiKey }: { readonly apiKey: Key }) {
  const { ip_acl: acl, ip_acl_mode: mode } = apiKey
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
              </li>
            ))}
          </ul>
          <p class="acl-count">
            <span>{messages.acl.count(acl.length)}</span>
            <CopyButton label={text.copyAcl} onCopy={() => copyText(acl.join('\n'))}>
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
}

export function DenialSummary({ api, apiKey }: DenialSummaryProps) {
  const [denials, setDenials] = useState<readonly Denial[] | null>(null)
  useEffect(() => {
    void api.listDenials(apiKey.id).then((answer) => {
      if (answer.ok) setDenials(answer.value.denials)
    })
  }, [apiKey.id])
  const text = messages.acl
  return (
    <section class="card part">
      <h2>{text.denials[apiKey.ip_acl_mode]}</h2>
      {denials?.length === 0 && <p class="muted">{messages.keyView.noDenials}</p>}
      {denials !== null && denials.length > 0 && (
        <ul class="denials" tabIndex={0} aria-label={text.denials[apiKey.ip_acl_mode]}>
          {denials.map(({ address, count, last_at: last }) => (
            <li key={address}>
              <span class="mono">{address ?? text.unreadable}</span>
              <span class="hint" title={exactTime(last)}>
                {text.denied(count, minuteOf(last))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
