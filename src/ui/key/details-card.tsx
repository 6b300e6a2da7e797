// What a key is: its token and id, its application, and its limits.

import type { Api } from '../api/api.ts'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import type { ListedKey } from '../list/key-list.ts'
import type { RowActions } from '../list/row-actions.ts'
import { Website } from '../list/website.tsx'
import { nameOf } from '../messages/display-text.ts'
import * as columnsText from '../messages/columns.ts'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/key-view.ts'
import * as limitText from '../messages/limit.ts'
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
  return (
    <section class="card part">
      <h2>{text.details}</h2>
      <dl class="details">
        <dt>{columnsText.token}</dt>
        <dd>
          <TokenField {...{ apiKey, token, mayChange, actions }} label={nameOf(apiKey)} />
        </dd>
        <dt>{commonText.keyId}</dt>
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
        <dt>{columnsText.platform}</dt>
        <dd>{commonText.platforms[apiKey.platform]}</dd>
        <dt>{columnsText.created}</dt>
        <Time time={apiKey.created_at} />
        <dt>{columnsText.updated}</dt>
        <Time time={apiKey.updated_at} />
        <dt>{limitText.title}</dt>
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
