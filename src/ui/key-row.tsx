// One key of the list.

import { useState } from 'preact/hooks'
import { memo } from './memo.ts'
import { CopyButton } from './copy-button.tsx'
import { isolateDirection, nameOf, toPlainText } from './display-text.ts'
import { CodeIcon, EditIcon, EyeIcon, EyeOffIcon, TrashIcon } from './icons.tsx'
import type { ListedKey } from './key-list.ts'
import { messages } from './messages.ts'
import { dayOf, exactTime, minuteOf } from './times.ts'

export interface RowActions {
  readonly onReveal: (key: ListedKey) => void
  readonly onHide: () => void
  /** Answers whether the token was copied. */
  readonly onCopy: (key: ListedKey) => Promise<boolean>
  readonly onSnippets: (key: ListedKey) => void
  readonly onEdit: (key: ListedKey) => void
  readonly onDelete: (key: ListedKey) => void
}

interface KeyRowProps {
  readonly apiKey: ListedKey
  readonly isNew: boolean
  /** Whether the account is active. Otherwise keys can only be viewed and deleted. */
  readonly isActive: boolean
  /** The token in clear, while it is shown. */
  readonly token: string | null
  readonly actions: RowActions
}

export const KeyRow = memo(function KeyRow(props: KeyRowProps) {
  const { apiKey, isNew, isActive, token, actions } = props
  const { isDeleting = false } = apiKey
  const name = nameOf(apiKey)
  const text = messages.row
  const { columns } = messages
  const isPending = isDeleting || apiKey.enforcement_state === 'pending'
  return (
    <tr role="row" class={isNew ? 'new' : ''} aria-busy={isPending}>
      <th role="rowheader" scope="row" class="name-cell">
        <span class="name">
          <bdi>{name}</bdi>
          {isNew && <span class="badge">{text.isNew}</span>}
          {isPending && (
            <span class="badge pending">{isDeleting ? text.deleting : text.pending}</span>
          )}
        </span>
        <Website url={apiKey.application_website} />
      </th>
      <td role="cell" data-label={columns.platform}>
        {messages.platforms[apiKey.platform]}
      </td>
      <td role="cell" data-label={columns.token}>
        <span class="token">
          {token === null ? (
            <code>
              <span aria-hidden="true">********</span>
              <span class="visually-hidden">{text.hiddenToken}</span>
            </code>
          ) : (
            <code class="clear">{token}</code>
          )}
          <button
            type="button"
            class="icon-button"
            aria-label={token === null ? text.reveal(name) : text.hide(name)}
            title={token === null ? text.reveal(name) : text.hide(name)}
            disabled={!isActive || isDeleting}
            onClick={() => (token === null ? actions.onReveal(apiKey) : actions.onHide())}
          >
            {token === null ? <EyeIcon /> : <EyeOffIcon />}
          </button>
          <CopyButton
            label={text.copy(name)}
            disabled={!isActive || isDeleting}
            onCopy={() => actions.onCopy(apiKey)}
          />
        </span>
      </td>
      <td role="cell" data-label={columns.acl}>
        <AclCell acl={apiKey.ip_acl} isReportOnly={apiKey.ip_acl_mode === 'report'} />
      </td>
      <TimeCell label={columns.created} time={apiKey.created_at} />
      <TimeCell label={columns.updated} time={apiKey.updated_at} />
      <td role="cell" class="actions-cell">
        <button
          type="button"
          class="icon-button"
          aria-label={text.use(name)}
          title={text.use(name)}
          disabled={isDeleting}
          onClick={() => actions.onSnippets(apiKey)}
        >
          <CodeIcon />
        </button>
        <button
          type="button"
          class="button small"
          aria-label={text.editNamed(name)}
          disabled={!isActive || isDeleting}
          onClick={() => actions.onEdit(apiKey)}
        >
          <EditIcon /> {text.edit}
        </button>
        <button
          type="button"
          class="icon-button danger"
          aria-label={text.delete(name)}
          title={text.delete(name)}
          disabled={isDeleting}
          onClick={() => actions.onDelete(apiKey)}
        >
          <TrashIcon />
        </button>
      </td>
    </tr>
  )
})

/** Links only http and https. Stored URLs were checked already, and a link is checked here again. */
function Website({ url }: { readonly url: string | null }) {
  if (url === null) return null
  const shown = toPlainText(url)
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
  if (!/^https?:\/\//i.test(url)) {
    return (
      <span class="website">
        <bdi>{shown}</bdi>
      </span>
    )
  }
  return (
    <a
      class="website"
      href={url}
      title={isolateDirection(url)}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      <bdi>{shown}</bdi>
      <span class="visually-hidden"> {messages.page.newWindow}</span>
    </a>
  )
}

const ALWAYS_SHOWN = 2

interface AclCellProps {
  readonly acl: readonly string[]
  readonly isReportOnly: boolean
}

function AclCell({ acl, isReportOnly }: AclCellProps) {
  const [isOpen, setOpen] = useState(false) // 100 keys may have 1,000 networks each
  if (acl.length === 0) return <span class="muted">{messages.row.anyAddress}</span>
  const rest = acl.slice(ALWAYS_SHOWN)
  return (
    <div class="acl-cell">
      {isReportOnly && <span class="badge pending">{messages.row.reportOnly}</span>}
      {acl.slice(0, ALWAYS_SHOWN).map((network) => (
        <code key={network}>{network}</code>
      ))}
      {rest.length > 0 && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{messages.row.more(rest.length)}</summary>
          {isOpen && rest.map((network) => <code key={network}>{network}</code>)}
        </details>
      )}
    </div>
  )
}

function TimeCell({ label, time }: { readonly label: string; readonly time: string }) {
  return (
    <td role="cell" data-label={label}>
      <time dateTime={time} title={exactTime(time)}>
        <span>{dayOf(time)}</span> <span class="muted">{minuteOf(time)}</span>
      </time>
    </td>
  )
}
