// One key of the list.

import { AclCell } from './acl-cell.tsx'
import { nameOf } from '../messages/display-text.ts'
import { CodeIcon, EditIcon, MoreIcon, TrashIcon } from '../controls/icons.tsx'
import type { ListedKey } from './key-list.ts'
import { KeyBadges } from './key-badges.tsx'
import { isPending } from './key-state.ts'
import { Link } from '../controls/link.tsx'
import { memo } from '../browser/memo.ts'
import * as columnsText from '../messages/columns.ts'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/row.ts'
import * as useText from '../messages/use.ts'
import { PlatformIcon } from './platform-icons.tsx'
import { PATHS } from '../browser/route.ts'
import type { RowActions } from './row-actions.ts'
import { TokenField } from '../token/token-field.tsx'
import { dayOf, exactTime } from '../messages/times.ts'
import { UseCell } from './use-cell.tsx'
import { Website } from './website.tsx'

interface KeyRowProps {
  readonly apiKey: ListedKey
  readonly isNew: boolean
  /** Whether a phone shows it only when asked for the whole list. */
  readonly isLater: boolean
  /** Whether another key of the account has the same name. */
  readonly hasNamesake: boolean
  /** Whether the user may edit the key and see its token. */
  readonly mayChange: boolean
  readonly mayDelete: boolean
  /** The token in clear, while it is shown. */
  readonly token: string | null
  readonly actions: RowActions
  /** Drawn again with each minute, for what is told as time ago. */
  readonly minute: number
}

export const KeyRow = memo(function KeyRow(props: KeyRowProps) {
  const { apiKey, isNew, isLater, hasNamesake, mayChange, mayDelete, token, actions } = props
  const { isDeleting = false } = apiKey
  // The name on buttons. Keys of one name are told apart by the end of their id.
  const label = hasNamesake ? text.namesake(nameOf(apiKey), endOfId(apiKey.id)) : nameOf(apiKey)
  const refused = apiKey.usage?.refused_24h ?? 0
  return (
    <tr
      role="row"
      class={`${isNew ? 'new' : ''} ${isLater ? 'later' : ''}`}
      aria-busy={isPending(apiKey)}
    >
      <th role="rowheader" scope="row" class="name-cell">
        <span class="name">
          <Link href={PATHS.key(apiKey.id)}>
            <bdi>{nameOf(apiKey)}</bdi>
          </Link>
          {hasNamesake && (
            <code class="id-end" title={apiKey.id}>
              …{endOfId(apiKey.id)}
            </code>
          )}
          {isNew && <span class="badge">{text.isNew}</span>}
          <KeyBadges apiKey={apiKey} />
          {refused > 0 && (
            <Link
              href={PATHS.key(apiKey.id)}
              class="badge danger"
              title={useText.refusedHint(refused)}
            >
              {useText.refusedBadge(refused)}
            </Link>
          )}
        </span>
        <span class="about">
          <span class="platform">
            <PlatformIcon platform={apiKey.platform} />
            {commonText.platforms[apiKey.platform]}
          </span>
          <Website url={apiKey.application_website} />
        </span>
      </th>
      <td role="cell" data-label={columnsText.token} class="token-cell">
        <TokenField {...{ apiKey, label, token, mayChange, actions }} />
      </td>
      <td role="cell" data-label={columnsText.acl} class="acl-column">
        <AclCell apiKey={apiKey} />
      </td>
      <td role="cell" data-label={columnsText.used} class="use-cell">
        <UseCell usage={apiKey.usage} />
      </td>
      <td role="cell" data-label={columnsText.created} class="created-cell">
        <time dateTime={apiKey.created_at} title={exactTime(apiKey.created_at)}>
          {dayOf(apiKey.created_at)}
        </time>
      </td>
      <td role="cell" class="actions-cell">
        <button
          type="button"
          class="icon-button"
          aria-label={text.use(label)}
          title={text.use(label)}
          disabled={isDeleting}
          onClick={() => actions.onSnippets(apiKey)}
        >
          <CodeIcon />
        </button>
        <button
          type="button"
          class="button small ghost"
          aria-label={text.editNamed(label)}
          disabled={!mayChange || isDeleting}
          onClick={() => actions.onEdit(apiKey)}
        >
          <EditIcon /> {text.edit}
        </button>
        <button
          type="button"
          class="icon-button danger"
          aria-label={text.deleteNamed(label)}
          title={text.deleteNamed(label)}
          disabled={!mayDelete || isDeleting}
          onClick={() => actions.onDelete(apiKey)}
        >
          <TrashIcon />
        </button>
        <button
          type="button"
          class="icon-button row-menu"
          aria-label={text.menu(label)}
          aria-haspopup="dialog"
          disabled={isDeleting}
          onClick={() => actions.onMenu(apiKey)}
        >
          <MoreIcon />
        </button>
      </td>
    </tr>
  )
})

const SHOWN_OF_ID = 6

function endOfId(id: string): string {
  return id.slice(-SHOWN_OF_ID)
}
