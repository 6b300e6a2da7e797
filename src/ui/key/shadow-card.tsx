// Who would be refused with a key, while the gateway only watches. Nothing where it enforces, or nobody would be.

import type { Api } from '../api/api.ts'
import { useAnswer } from '../api/use-answer.ts'
import * as text from '../messages/shadow.ts'
import { exactTime, minuteOf } from '../messages/times.ts'
import type { KeyDifference } from '../api/types.ts'

interface ShadowCardProps {
  readonly api: Api
  readonly keyId: string
}

export function ShadowCard({ api, keyId }: ShadowCardProps) {
  const differences = useAnswer(() => api.readShadow(keyId), [keyId])?.differences ?? []
  const refused = sumUp(differences.filter(({ kind }) => kind === 'would_refuse'))
  if (refused.length === 0) return null
  return (
    <section class="card part">
      <h2>{text.title}</h2>
      <p class="hint">{text.hint}</p>
      <ul class="denials" tabIndex={0} aria-label={text.title}>
        {refused.map(({ code, address, count, last_at: last }) => (
          <li key={`${code} ${address}`}>
            <span>{text.from(address)}</span>
            <span class="hint" title={exactTime(last)}>
              {text.why(code, count, minuteOf(last))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** What the upstream answered to such requests does not matter here. The newest come first, and stay so. */
function sumUp(differences: readonly KeyDifference[]): readonly KeyDifference[] {
  const alike = Map.groupBy(differences, ({ code, address }) => `${code} ${address}`)
  return [...alike.values()].flatMap(([newest, ...older]) => {
    if (newest === undefined) return []
    return { ...newest, count: older.reduce((sum, { count }) => sum + count, newest.count) }
  })
}
