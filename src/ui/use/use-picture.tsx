// The use of a key by hour, or by day, as a picture and as a table.

import { useEffect, useId, useMemo, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import * as text from '../messages/picture.ts'
import type { KeyUsage } from '../api/types.ts'
import { UseChart } from './use-chart.tsx'
import { seriesOf } from './use-series.ts'
import { UseTable } from './use-table.tsx'

interface UsePictureProps {
  readonly api: Api
  readonly keyId: string
  /** The use by hour, which is read for other parts as well. */
  readonly hours: KeyUsage
}

const RANGES = ['hour', 'day'] as const

export function UsePicture({ api, keyId, hours }: UsePictureProps) {
  const name = useId()
  const [by, setBy] = useState<KeyUsage['by']>('hour')
  const [days, setDays] = useState<KeyUsage | null>(null)
  const [isUnknown, setUnknown] = useState(false)
  useEffect(() => {
    let isOver = false
    if (by === 'day') {
      void api.readUsage(keyId, 'day').then((answer) => {
        if (isOver) return
        setUnknown(!answer.ok)
        if (answer.ok) setDays(answer.value)
      })
    }
    return () => {
      isOver = true
    }
  }, [by, keyId, hours])
  const use = by === 'hour' ? hours : days
  const series = useMemo(() => (use === null ? null : seriesOf(use)), [use])
  return (
    <>
      <fieldset class="tabs">
        <legend class="visually-hidden">{text.range}</legend>
        {RANGES.map((range) => (
          <label key={range}>
            <input
              type="radio"
              name={name}
              checked={by === range}
              onChange={() => {
                setUnknown(false)
                setBy(range)
              }}
            />
            <span>{text.ranges[range]}</span>
          </label>
        ))}
      </fieldset>
      {by === 'day' && isUnknown && <p class="hint">{text.unknown}</p>}
      {series === null ? (
        !isUnknown && <div class="use-chart use-wait" />
      ) : (
        <>
          <UseChart by={by} series={series} />
          <UseTable by={by} series={series} />
        </>
      )}
    </>
  )
}
