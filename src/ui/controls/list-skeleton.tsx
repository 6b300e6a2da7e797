import * as commonText from '../messages/common.ts'

const ROWS = [1, 2, 3]

/** Stands where the list will be, while it is read for the first time. */
export function ListSkeleton() {
  return (
    <section class="card skeleton" aria-busy="true">
      <p class="visually-hidden">{commonText.loading}</p>
      {ROWS.map((row) => (
        <div class="skeleton-row" key={row} />
      ))}
    </section>
  )
}
