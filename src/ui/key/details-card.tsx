// What a key is: its token and id, its application, and its limits.

import type { Api } from '../api/api.ts'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import type { ListedKey } from '../list/key-list.ts'
import type { RowActions } from '../list/row-actions.ts'
import { Website } from '../list/website.tsx'
import { nameOf } from '../messages/display-text.ts'
import { limitMessages } from '../messages/limits.ts'
import { messages } from '../messages/messages.ts'
import { dayOf, exactTime, minuteOf } from '../messages/times.ts'
import { TokenField } from '../token/token-field.tsx'
import { KeyLimit } from './key-limit.tsx'

interface DetailsCardProps {
  readonly api: Api
  readonly apiKey: ListedKey
  readonly token: string | null
  readonly mayChange: boolean
  readonly actions: RowActions
}

export function DetailsCard({ api, apiKey, token, mayChange, actions }: DetailsCardProps) {
  const text = messages.keyView
  return (
    <section class="card part">
      <h2>{text.details}</h2>
      <dl class="details">
        <dt>{messages.columns.token}</dt>
        <dd>
          <TokenField {...{ apiKey, token, mayChange, actions }} label={nameOf(apiKey)} />
        </dd>
        <dt>{text.id}</dt>
        <dd class="key-id">
          <code>{apiKey.id}</code>
          <CopyButton label={text.copyId} onCopy={() => copyText(apiKey.id)} />
        </dd>
        <dt>{text.website}</dt>
        <dd>
          {apiKey.application_website === null ? (
            <span class="muted">{text.none}</span>
          ) : (
            <Website url={apiKey.application_website} />
          )}
        </dd>
        <dt>{messages.columns.platform}</dt>
        <dd>{messages.platforms[apiKey.platform]}</dd>
        <dt>{messages.columns.created}</dt>
        <Time time={apiKey.created_at} />
        <dt>{messages.columns.updated}</dt>
        <Time time={apiKey.updated_at} />
        <dt>{limitMessages.limit.title}</dt>
        <dd>
          <KeyLimit api={api} apiKey={apiKey} />
        </dd>
      </dl>
    </section>
  )
}

function Time({ time }: { readonly time: string }) {
  return (
    <dd>
      <time dateTime={time} title={exactTime(time)}>
        {dayOf(time)} {minuteOf(time)}
      </time>
    </dd>
  )
}
