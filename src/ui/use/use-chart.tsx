// The picture of a key's use: a bar for each hour or day, what was let in below and what was refused above.
// Screen readers are told the sums; the table beside it has the rest.

import { useState } from 'preact/hooks'
import * as text from '../messages/picture.ts'
import { slotTime } from './use-times.ts'
import { refusedOf, type Series, type Slot } from './use-series.ts'
import type { KeyUsage } from '../api/types.ts'

interface UseChartProps {
  readonly by: KeyUsage['by']
  readonly series: Series
}

/** The codes that have a colour of their own; further ones share the last. */
const COLOURS = 3
/** The height of the picture, and the least height of a bar, in its own units. */
const HEIGHT = 100
const LEAST = 2.5
const GAP = 0.12

export function UseChart({ by, series }: UseChartProps) {
  const [pointed, setPointed] = useState<number | null>(null)
  const { slots, allowed, refused, most } = series
  const slot = pointed === null ? undefined : slots[pointed]
  const [first, last] = [slots[0], slots.at(-1)]
  const codes = refused.map(([code]) => code)
  return (
    <figure class="use-chart">
      <p class="hint use-most" aria-hidden="true">
        {slot === undefined ? text.most[by](most) : `${slotTime(by, slot.at)}: ${slotText(slot)}`}
      </p>
      <svg
        viewBox={`0 0 ${slots.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={text.picture[by](allowed, sumOf(refused))}
        onPointerMove={({ currentTarget, clientX }) => {
          const { left, width } = currentTarget.getBoundingClientRect()
          const at = Math.floor(((clientX - left) / width) * slots.length)
          setPointed(Math.min(Math.max(at, 0), slots.length - 1))
        }}
        onPointerLeave={() => setPointed(null)}
      >
        <pattern id="use-stripes" width="1" height="3" patternUnits="userSpaceOnUse">
          <rect width="1" height="1.5" fill="CanvasText" />
        </pattern>
        {pointed !== null && (
          <rect class="use-pointed" x={pointed} y={0} width={1} height={HEIGHT} />
        )}
        {barsOf(slots, codes, most).map((path, index) => (
          <path key={index} class={`use-bar-${index}`} d={path} />
        ))}
      </svg>
      <p class="hint use-ends" aria-hidden="true">
        <span>{first !== undefined && slotTime(by, first.at)}</span>
        <span>{last !== undefined && slotTime(by, last.at)}</span>
      </p>
      <ul class="use-legend">
        <li>
          <span class="use-swatch use-bar-0" /> {text.legend(text.allowedLabel, allowed)}
        </li>
        {refused.map(([code, count], index) => (
          <li key={code}>
            <span class={`use-swatch use-bar-${colourOf(index)}`} />{' '}
            {text.legend(text.reason(code), count)}
          </li>
        ))}
      </ul>
    </figure>
  )
}

/** What a slot has, in words. */
function slotText(slot: Slot): string {
  return [
    text.allowedCount(slot.allowed),
    ...Object.entries(slot.refused).map(([code, count]) => text.refusedCount(code, count)),
  ].join(', ')
}

function colourOf(index: number): number {
  return 1 + Math.min(index, COLOURS - 1)
}

/** The paths of the bars: first of what was let in, then by colour of what was refused. */
function barsOf(slots: readonly Slot[], codes: readonly string[], most: number): string[] {
  const paths = Array.from({ length: 1 + Math.min(codes.length, COLOURS) }, () => '')
  const height = (count: number) =>
    count === 0 ? 0 : Math.max(LEAST, (count / most) * (HEIGHT - LEAST * COLOURS))
  for (const [index, slot] of slots.entries()) {
    if (slot.allowed + refusedOf(slot) === 0) continue
    let top = HEIGHT
    const counts = codes.map((code) => slot.refused[code] ?? 0)
    for (const [of, count] of [slot.allowed, ...counts].entries()) {
      const tall = height(count)
      if (tall === 0) continue
      top -= tall
      const colour = of === 0 ? 0 : colourOf(of - 1)
      const wide = 1 - 2 * GAP
      paths[colour] += `M${index + GAP} ${round(top)}h${wide}v${round(tall)}h-${wide}z`
    }
  }
  return paths
}

function sumOf(refused: Series['refused']): number {
  return refused.reduce((sum, [, count]) => sum + count, 0)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
