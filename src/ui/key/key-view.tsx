// A key of its own: on one side what it is and who may use it, on the other what it did and what happened to it.

import { AclSummary } from './access-summary.tsx'
import type { Api } from '../api/api.ts'
import { nameOf } from '../messages/display-text.ts'
import { DetailsCard } from './details-card.tsx'
import { EventList } from '../activity/event-list.tsx'
import { BackIcon, CodeIcon, EditIcon, TrashIcon } from '../controls/icons.tsx'
import { KeyBadges } from '../list/key-badges.tsx'
import type { ListedKey } from '../list/key-list.ts'
import type { RowActions } from '../list/row-actions.ts'
import { UseCard, useKeyUse } from '../use/key-use.tsx'
import { LeakNotice } from './leak-notice.tsx'
import { LifeCard } from './life-card.tsx'
import { Link } from '../controls/link.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/key-view.ts'
import * as rowText from '../messages/row.ts'
import { PageHead } from '../controls/page-head.tsx'
import { READ_ONLY, ReadOnlyNotice } from '../frame/read-only-notice.tsx'
import type { Rights } from '../frame/rights.ts'
import { RotationCard } from '../rotation/rotation-card.tsx'
import { PATHS } from '../browser/route.ts'
import { ShadowCard } from './shadow-card.tsx'
import type { Enforcement, Key } from '../api/types.ts'

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
            <BackIcon /> {commonText.apiKeys}
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
            <CodeIcon /> {rowText.examples}
          </button>
          <button
            type="button"
            class="button"
            disabled={!mayChange || isDeleting}
            aria-describedby={describedBy}
            onClick={() => actions.onEdit(apiKey)}
          >
            <EditIcon /> {rowText.edit}
          </button>
          <button
            type="button"
            class="button"
            disabled={!mayDelete || isDeleting}
            aria-describedby={mayDelete ? undefined : describedBy}
            onClick={() => actions.onDelete(apiKey)}
          >
            <TrashIcon /> {rowText.deleteKey}
          </button>
        </div>
      </PageHead>
      <ReadOnlyNotice whyNot={whyNot} support={rights.support} />
      <LeakNotice apiKey={apiKey} mayChange={mayChange && !isDeleting} />
      <div class="key-view">
        <div class="key-about">
          <DetailsCard {...{ api, apiKey, token, mayChange, actions }} />
          <div class="key-part">
            <AclSummary apiKey={apiKey} />
            <LifeCard
              api={api}
              apiKey={apiKey}
              mayChange={mayChange && !isDeleting}
              onChanged={onRotation}
              onRead={onRead}
            />
          </div>
          <div class="key-part key-wide">
            <RotationCard
              api={api}
              apiKey={apiKey}
              mayChange={mayChange && !isDeleting}
              onChanged={onRotation}
            />
            <ShadowCard api={api} keyId={apiKey.id} />
          </div>
        </div>
        <div class="key-part">
          <UseCard api={api} apiKey={apiKey} use={use} onAdd={onAdd} />
          {/* It is read at once, and shown below the use when that has its height. */}
          <section class="card" hidden={use === undefined}>
            <h2 class="part-title">{text.history}</h2>
            <EventList
              key={`${apiKey.id} ${apiKey.version}`}
              api={api}
              keyId={apiKey.id}
              nameOfKey={() => name}
            />
          </section>
        </div>
      </div>
    </main>
  )
}
