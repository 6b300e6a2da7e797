// What a list would have done to the requests of the last 24 hours, before it is saved.

import { useEffect, useState } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import { isSame } from '../panel/draft.ts'
import { WarningIcon } from '../controls/icons.tsx'
import * as aclText from '../messages/acl.ts'
import type { AclPreview as Preview, Key } from '../api/types.ts'

interface AclPreviewProps {
  readonly api: Api
  readonly saved: Key
  readonly acl: readonly string[]
}

/** A list that is edited rests for so long before it is asked about. */
const REST_MS = 400

export function AclPreview({ api, saved, acl }: AclPreviewProps) {
  const [preview, setPreview] = useState<Preview | null>(null)
  const isChanged = !isSame(saved.ip_acl, acl)
  useEffect(() => {
    let isOver = false
    setPreview(null)
    if (!isChanged) return undefined
    const timer = setTimeout(async () => {
      const answer = await api.previewAcl(saved.id, acl)
      if (!isOver && answer.ok) setPreview(answer.value)
    }, REST_MS)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [saved.id, isChanged, acl])
  const text = aclText.preview
  return (
    <div class="acl-notices" role="status">
      {preview !== null && preview.refused.requests > 0 && (
        <p class="notice warning">
          <WarningIcon />{' '}
          <span>{text.refused(preview.refused.requests, addressesOf(preview.refused))}</span>
        </p>
      )}
      {preview !== null && preview.allowed.requests > 0 && (
        <p class="hint">{text.allowed(preview.allowed.requests, addressesOf(preview.allowed))}</p>
      )}
      {preview !== null && preview.refused.requests + preview.allowed.requests === 0 && (
        <p class="hint">{text.nothing}</p>
      )}
    </div>
  )
}

function addressesOf({ addresses }: Preview['refused']): readonly string[] {
  return addresses.map(({ address }) => address ?? aclText.unreadable)
}
