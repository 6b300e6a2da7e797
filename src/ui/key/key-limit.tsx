// The limits that a key is held to, and what is left of them.

import { useEffect, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import { limitMessages } from '../messages/limits.ts'
import { limitText } from '../panel/rate-limit.ts'
import { secondOf, untilText } from '../messages/times.ts'
import type { Key, KeyLimits } from '../api/types.ts'

interface KeyLimitProps {
  readonly api: Api
  readonly apiKey: Key
}

/** The end of a longer window is told with its day. */
const LONG_S = 3_600

export function KeyLimit({ api, apiKey }: KeyLimitProps) {
  const text = limitMessages.limit
  const [known, setKnown] = useState<KeyLimits['limits'] | null>(null)
  useEffect(() => {
    let isOver = false
    void api.readLimits(apiKey.id).then((answer) => {
      if (answer.ok && !isOver) setKnown(answer.value.limits)
    })
    return () => {
      isOver = true
    }
  }, [api, apiKey.id, apiKey.version])
  // Until the answer is there, and where nobody knows what is left.
  if (known === null || known.length === 0) {
    if (apiKey.rate_limit === null) return <span class="muted">{text.none}</span>
    return <span title={text.met}>{limitText(apiKey.rate_limit)}</span>
  }
  return (
    <>
      {known.map((limit) => (
        <div key={limit.policy}>
          <span title={text.met}>
            {limitText(limit)}
            {limit.policy === 'account' && ` ${text.ofAccount}`}
          </span>{' '}
          <span class="muted">{leftText(limit)}</span>
        </div>
      ))}
    </>
  )
}

function leftText(limit: KeyLimits['limits'][number]): string {
  const { left, ends_at: endsAt, per_seconds: seconds } = limit
  const { left: text, unused } = limitMessages.limit
  if (endsAt === null) return unused
  return text(left, seconds > LONG_S ? untilText(endsAt) : secondOf(endsAt))
}
