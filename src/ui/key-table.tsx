// The list of keys: a table on wide screens, cards on narrow ones. The roles are explicit, because in some
// browsers a table that is laid out as cards loses its roles.

import { useId } from 'preact/hooks'
import { SearchIcon, SortIcon } from './icons.tsx'
import type { ListedKey } from './key-list.ts'
import { KeyRow, type RowActions } from './key-row.tsx'
import { messages } from './messages.ts'
import type { Secret } from './secret.ts'
import { type Sort, type SortField, viewOf } from './view.ts'

interface KeyTableProps {
  readonly keys: readonly ListedKey[]
  readonly query: string
  readonly sort: Sort
  readonly secret: Secret | null
  readonly newKeyId: string | null
  readonly isActive: boolean
  readonly actions: RowActions
  readonly onQuery: (query: string) => void
  readonly onSort: (sort: Sort) => void
}

const COLUMNS: readonly (readonly [string, SortField | null])[] = [
  [messages.columns.name, 'application_name'],
  [messages.columns.platform, 'platform'],
  [messages.columns.token, null],
  [messages.columns.acl, null],
  [messages.columns.created, 'created_at'],
  [messages.columns.updated, 'updated_at'],
]

export function KeyTable(props: KeyTableProps) {
  const { keys, query, sort, secret, newKeyId, isActive, actions, onQuery, onSort } = props
  const shown = viewOf(keys, query, sort)
  const text = messages.page
  return (
    <section class="card">
      <div class="toolbar">
        <label class="search">
          <SearchIcon />
          <span class="visually-hidden">{text.search}</span>
          <input
            type="search"
            value={query}
            placeholder={text.searchHint}
            onInput={(event) => onQuery(event.currentTarget.value)}
          />
        </label>
        <NarrowSort sort={sort} onSort={onSort} />
        <p class="count" role="status">
          {text.count(shown.length, keys.length)}
        </p>
      </div>
      <table role="table" aria-label={messages.apiKeys}>
        <thead role="rowgroup">
          <tr role="row">
            {COLUMNS.map(([label, field]) => (
              <th
                key={label}
                role="columnheader"
                scope="col"
                aria-sort={field === sort.field ? orderOf(sort) : undefined}
              >
                {field === null ? label : <SortButton {...{ label, field, sort, onSort }} />}
              </th>
            ))}
            <th role="columnheader" scope="col">
              <span class="visually-hidden">{messages.columns.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((key) => (
            <KeyRow
              key={key.id}
              apiKey={key}
              isNew={key.id === newKeyId}
              isActive={isActive}
              token={secret?.isShown === true && secret.keyId === key.id ? secret.token : null}
              actions={actions}
            />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && (
        <p class="no-match">
          {text.noMatch(query)}{' '}
          <button type="button" class="link" onClick={() => onQuery('')}>
            {text.clearSearch}
          </button>
        </p>
      )}
    </section>
  )
}

interface SortProps {
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
}

function SortButton(props: SortProps & { readonly label: string; readonly field: SortField }) {
  const { label, field, sort, onSort } = props
  const isCurrent = sort.field === field
  // The first click sorts times newest first, and names from A.
  const next = isCurrent ? !sort.isDescending : field.endsWith('_at')
  return (
    <button
      type="button"
      class={isCurrent ? 'sort current' : 'sort'}
      onClick={() => onSort({ field, isDescending: next })}
    >
      {label} <SortIcon order={isCurrent ? orderOf(sort) : 'none'} />
    </button>
  )
}

/** The sort order for narrow screens, which have no column headings. */
function NarrowSort({ sort, onSort }: SortProps) {
  const id = useId()
  return (
    <div class="narrow-sort">
      <label for={id}>{messages.page.sortBy}</label>
      <select
        id={id}
        value={sort.field}
        onChange={({ currentTarget: { value } }) => {
          const field = value as SortField
          onSort({ field, isDescending: field.endsWith('_at') })
        }}
      >
        {COLUMNS.map(
          ([label, field]) =>
            field !== null && (
              <option value={field} key={field}>
                {label}
              </option>
            ),
        )}
      </select>
    </div>
  )
}

function orderOf({ isDescending }: Sort): 'ascending' | 'descending' {
  return isDescending ? 'descending' : 'ascending'
}
