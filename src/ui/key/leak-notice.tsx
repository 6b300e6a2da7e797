// Says in red that the token of a key is public, and what to do.

import * as text from '../messages/leak.ts'
import { navigate, PATHS } from '../browser/route.ts'
import { untilText } from '../messages/times.ts'
import type { Key } from '../api/types.ts'

export function LeakNotice({
  apiKey,
  mayChange,
}: {
  readonly apiKey: Key
  readonly mayChange: boolean
}) {
  const { id, leaked_at: leakedAt } = apiKey
  if (leakedAt === null) return null
  return (
    <div class="notice danger leak" role="alert">
      <div>
        <p>
          <strong>{text.title}</strong>
        </p>
        <p>{text.text(untilText(leakedAt))}</p>
      </div>
      <button
        type="button"
        class="button"
        disabled={!mayChange}
        onClick={() => navigate(PATHS.rotate(id))}
      >
        {text.rotate}
      </button>
    </div>
  )
}
