// The order of the list: by the head of a column, and on narrow screens by a field of its own.

import { useId } from 'preact/hooks'
import { SortIcon } from '../controls/icons.tsx'
import * as columnsText from '../messages/columns.ts'
import * as pageText from '../messages/page.ts'
import type { Sort, SortField } from './view.ts'

export const COLUMNS: readonly (readonly [string, SortField | null])[] = [
  [columnsText.name, 'application_name'],
  [columnsText.token, null],
  [columnsText.acl, null],
  [columnsText.used, 'last_used_at'],
  [columnsText.created, 'created_at'],
]

interface SortProps {
  readonly sort: Sort
  readonly onSort: (sort: Sort) => void
}

export function SortButton(
  props: SortProps & { readonly label: string; readonly field: SortField },
) {
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
export function NarrowSort({ sort, onSort }: SortProps) {
  const id = useId()
  return (
    <div class="narrow-sort">
      <label for={id}>{pageText.sortBy}</label>
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
      <button
        type="button"
        class="button"
        aria-label={pageText.direction[orderOf(sort)]}
        title={pageText.direction[orderOf(sort)]}
        onClick={() => onSort({ ...sort, isDescending: !sort.isDescending })}
      >
        <SortIcon order={orderOf(sort)} />
      </button>
    </div>
  )
}

export function orderOf({ isDescending }: Sort): 'ascending' | 'descending' {
  return isDescending ? 'descending' : 'ascending'
}
