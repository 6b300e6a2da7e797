// Says in red that the token of a key is public, and what to do.

import { messages } from '../messages/messages.ts'
import { navigate, PATHS } from '../browser/route.ts'
import { untilText } from '../messages/times.ts'
import { UsedSince } from '../use/key-use.tsx'
import type { Key, KeyUsage } from '../api/types.ts'

export function LeakNotice({
  apiKey,
  use,
  mayChange,
}: {
  readonly apiKey: Key
  readonly use: KeyUsage | null | undefined
  readonly mayChange: boolean
}) {
  const { id, leaked_at: leakedAt } = apiKey
  if (leakedAt === null) return null
  const text = messages.leak
  return (
    <div class="notice danger leak" role="alert">
      <div>
        <p>
          <strong>{text.title}</strong>
        </p>
        <p>{text.text(untilText(leakedAt))}</p>
        <UsedSince use={use} since={leakedAt} />
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
