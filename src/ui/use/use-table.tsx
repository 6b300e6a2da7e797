// The picture of a key's use as a table, newest first, without the hours or days that have no use.

import { number } from '../messages/counted.ts'
import * as text from '../messages/picture.ts'
import type { KeyUsage } from '../api/types.ts'
import { refusedOf, type Series } from './use-series.ts'
import { slotTime } from './use-times.ts'

interface UseTableProps {
  readonly by: KeyUsage['by']
  readonly series: Series
}

export function UseTable({ by, series }: UseTableProps) {
  const used = series.slots.filter((slot) => slot.allowed + refusedOf(slot) > 0).toReversed()
  if (used.length === 0) return null
  return (
    <details class="use-details">
      <summary>{text.asTable}</summary>
      <div class="use-scroll" tabIndex={0} role="region" aria-label={text.asTable}>
        <table class="use-table">
          <thead>
            <tr>
              <th scope="col">{text.slot[by]}</th>
              <th scope="col">{text.allowedLabel}</th>
              <th scope="col">{text.refusedLabel}</th>
            </tr>
          </thead>
          <tbody>
            {used.map((slot) => (
              <tr key={slot.at}>
                <th scope="row">{slotTime(by, slot.at)}</th>
                <td>{number(slot.allowed)}</td>
                <td>
                  {Object.entries(slot.refused)
                    .map(([code, count]) => text.refusedCount(code, count))
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
