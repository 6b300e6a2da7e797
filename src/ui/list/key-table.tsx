// The list of keys: a table on wide screens, cards on narrow ones. The roles are explicit, because in some
// browsers a table that is laid out as cards loses its roles.

import { useMemo, useRef } from 'preact/hooks'
import { FilterBar } from './filter-bar.tsx'
import { SearchIcon } from '../controls/icons.tsx'
import type { ListedKey } from './key-list.ts'
import { KeyRow } from './key-row.tsx'
import type { RowActions } from './row-actions.ts'
import * as columnsText from '../messages/columns.ts'
import * as commonText from '../messages/common.ts'
import * as findText from '../messages/find.ts'
import * as text from '../messages/page.ts'
import { useMinute } from '../browser/minute.ts'
import { PATHS, replace } from '../browser/route.ts'
import type { Secret } from '../token/secret.ts'
import { COLUMNS, NarrowSort, orderOf, SortButton } from './sort.tsx'
import { FIRST, ShowAll } from './show-all.tsx'
import { type Filters, filterQuery, foldName, sharedNames, type Sort, viewOf } from './view.ts'

interface KeyTableProps {
  readonly keys: readonly ListedKey[]
  readonly query: string
  readonly filters: Filters
  readonly sort: Sort
  /** Whether a phone shows all keys, and not only the first of them. */
  readonly isWhole: boolean
  readonly secret: Secret | null
  readonly newKeyId: string | null
  readonly mayChange: boolean
  readonly mayDelete: boolean
  readonly actions: RowActions
  readonly onQuery: (query: string) => void
  readonly onSort: (sort: Sort) => void
  readonly onShowAll: () => void
}

export function KeyTable(props: KeyTableProps) {
  const { keys, query, filters, sort, secret, newKeyId, actions } = props
  const { onQuery, onSort } = props
  const minute = useMinute()
  const rows = useRef<HTMLTableSectionElement>(null)
  const shown = viewOf(keys, query, filters, sort)
  const shared = useMemo(() => sharedNames(keys), [keys])
  return (
    <section class="card">
      <div class="toolbar">
        <div class="find">
          <label class="search">
            <SearchIcon />
            <span class="visually-hidden">{text.search}</span>
            <input
              type="search"
              value={query}
              placeholder={findText.hint}
              onInput={(event) => onQuery(event.currentTarget.value)}
            />
          </label>
          <p class="count" role="status">
            {text.count(shown.length, keys.length)}
          </p>
        </div>
        <div class="narrow-down">
          <FilterBar filters={filters} />
          <NarrowSort sort={sort} onSort={onSort} />
        </div>
      </div>
      <table class="keys" role="table" aria-label={commonText.apiKeys}>
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
              <span class="visually-hidden">{columnsText.actions}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup" ref={rows}>
          {shown.map((key, index) => (
            <KeyRow
              key={key.id}
              apiKey={key}
              isNew={key.id === newKeyId}
              isLater={index >= FIRST && !props.isWhole}
              hasNamesake={shared.has(foldName(key.application_name))}
              mayChange={props.mayChange}
              mayDelete={props.mayDelete}
              token={secret?.isShown === true && secret.keyId === key.id ? secret.token : null}
              actions={actions}
              minute={minute}
            />
          ))}
        </tbody>
      </table>
      {!props.isWhole && <ShowAll count={shown.length} rows={rows} onShow={props.onShowAll} />}
      {shown.length === 0 && (
        <p class="no-match">
          {query === '' ? text.noneFiltered : text.noMatch(query)}{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              onQuery('')
              replace(PATHS.keys)
            }}
          >
            {filterQuery(filters) === ''
              ? text.clearSearch
              : query === ''
                ? text.clearFilters
                : text.clearAll}
          </button>
        </p>
      )}
    </section>
  )
}
