// The limits that a key is held to, and what is left of them.

import type { Api } from '../api/api.ts'
import { useAnswer } from '../api/use-answer.ts'
import * as text from '../messages/limit.ts'
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
  const answer = useAnswer(() => api.readLimits(apiKey.id), [apiKey.id, apiKey.version])
  const known = answer?.limits ?? []
  // Until the answer is there, and where nobody knows what is left.
  if (known.length === 0) {
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
  if (endsAt === null) return text.unused
  return text.left(left, seconds > LONG_S ? untilText(endsAt) : secondOf(endsAt))
}
