// A key of its own: its details, who may use it, who was refused, and what happened to it.

import { AclSummary, DenialSummary } from './access-summary.tsx'
import type { Api } from '../api/api.ts'
import { copyText } from '../browser/clipboard.ts'
import { CopyButton } from '../controls/copy-button.tsx'
import { nameOf } from '../messages/display-text.ts'
import { EventList } from '../activity/event-list.tsx'
import { BackIcon, CodeIcon, EditIcon, TrashIcon } from '../controls/icons.tsx'
import { KeyLimit } from './key-limit.tsx'
import { KeyBadges } from '../list/key-badges.tsx'
import type { ListedKey } from '../list/key-list.ts'
import type { RowActions } from '../list/row-actions.ts'
import { UseCard, useKeyUse } from '../use/key-use.tsx'
import { LeakNotice } from './leak-notice.tsx'
import { LifeCard } from './life-card.tsx'
import { Link } from '../controls/link.tsx'
import { limitMessages } from '../messages/limits.ts'
import { messages } from '../messages/messages.ts'
import { PageHead } from '../controls/page-head.tsx'
import { READ_ONLY, ReadOnlyNotice } from '../frame/read-only-notice.tsx'
import type { Rights } from '../frame/rights.ts'
import { RotationCard } from '../rotation/rotation-card.tsx'
import { PATHS } from '../browser/route.ts'
import { ShadowCard } from './shadow-card.tsx'
import { TokenField } from '../token/token-field.tsx'
import { dayOf, exactTime, minuteOf } from '../messages/times.ts'
import type { Enforcement, Key } from '../api/types.ts'
import { Website } from '../list/website.tsx'

interface KeyViewProps {
  readonly api: Api
  readonly apiKey: ListedKey
  readonly token: string | null
  readonly rights: Rights
  readonly actions: RowActions
  /** Takes the key after its rotation was changed. */
  readonly onRotation: (key: Key, enforcement: Enforcement | null, done: string) => void
  /** Takes the key as it is, after somebody else changed it. */
  readonly onRead: (key: Key) => void
}

export function KeyView(props: KeyViewProps) {
  const { api, apiKey, token, rights, actions, onRotation, onRead } = props
  const { mayChange, mayDelete, whyNot } = rights
  const describedBy = whyNot === null ? undefined : READ_ONLY
  const use = useKeyUse(api, apiKey.id, apiKey.version)
  const name = nameOf(apiKey)
  const text = messages.keyView
  const isDeleting = apiKey.isDeleting === true
  const onAdd =
    isDeleting || !mayChange
      ? undefined
      : (networks: readonly string[]) => actions.onEdit(apiKey, networks)
  return (
    <main id="main">
      <PageHead
        title={name}
        state={<KeyBadges apiKey={apiKey} />}
        above={
          <Link href={PATHS.keys} class="back">
            <BackIcon /> {messages.apiKeys}
          </Link>
        }
      >
        <div class="actions">
          <button
            type="button"
            class="button"
            disabled={isDeleting}
            onClick={() => actions.onSnippets(apiKey)}
          >
            <CodeIcon /> {text.examples}
          </button>
          <button
            type="button"
            class="button"
            disabled={!mayChange || isDeleting}
            aria-describedby={describedBy}
            onClick={() => actions.onEdit(apiKey)}
          >
            <EditIcon /> {messages.row.edit}
          </button>
          <button
            type="button"
            class="button"
            disabled={!mayDelete || isDeleting}
            aria-describedby={mayDelete ? undefined : describedBy}
            onClick={() => actions.onDelete(apiKey)}
          >
            <TrashIcon /> {text.delete}
          </button>
        </div>
      </PageHead>
      <ReadOnlyNotice whyNot={whyNot} support={rights.support} />
      <LeakNotice apiKey={apiKey} use={use} mayChange={mayChange && !isDeleting} />
      <div class="key-view">
        <UseCard api={api} apiKey={apiKey} use={use} onAdd={onAdd} />
        <div class="key-part">
          <section class="card part">
            <h2>{text.details}</h2>
            <dl class="details">
              <dt>{messages.columns.token}</dt>
              <dd>
                <TokenField {...{ apiKey, token, mayChange, actions }} label={name} />
              </dd>
              <dt>{text.id}</dt>
              <dd>
                <code>{apiKey.id}</code>
                <CopyButton label={text.copyId} onCopy={() => copyText(apiKey.id)} />
              </dd>
              <dt>{messages.panel.website}</dt>
              <dd>
                {apiKey.application_website === null ? (
                  <span class="muted">{text.none}</span>
                ) : (
                  <Website url={apiKey.application_website} />
                )}
              </dd>
              <dt>{messages.columns.platform}</dt>
              <dd>{messages.platforms[apiKey.platform]}</dd>
              <dt>{limitMessages.limit.title}</dt>
              <dd>
                <KeyLimit api={api} apiKey={apiKey} />
              </dd>
              <dt>{messages.columns.created}</dt>
              <Time time={apiKey.created_at} />
              <dt>{messages.columns.updated}</dt>
              <Time time={apiKey.updated_at} />
            </dl>
          </section>
          <LifeCard
            api={api}
            apiKey={apiKey}
            mayChange={mayChange && !isDeleting}
            onChanged={onRotation}
            onRead={onRead}
          />
          <RotationCard
            api={api}
            apiKey={apiKey}
            mayChange={mayChange && !isDeleting}
            onChanged={onRotation}
          />
        </div>
        <div class="key-part">
          <ShadowCard api={api} keyId={apiKey.id} />
          <AclSummary apiKey={apiKey} />
          <DenialSummary api={api} apiKey={apiKey} onAdd={onAdd} />
        </div>
        <section class="card key-history">
          <h2 class="part-title">{text.history}</h2>
          <EventList
            key={`${apiKey.id} ${apiKey.version}`}
            api={api}
            keyId={apiKey.id}
            nameOfKey={() => name}
          />
        </section>
      </div>
    </main>
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
