// Says why buttons are turned off. They point to it by its id.

import { SupportLink } from './support-link.tsx'

export const READ_ONLY = 'read-only'

interface ReadOnlyNoticeProps {
  readonly whyNot: string | null
  /** Where to ask for more; undefined if that would not help. */
  readonly support: string | undefined
}

export function ReadOnlyNotice({ whyNot, support }: ReadOnlyNoticeProps) {
  if (whyNot === null) return null
  return (
    <p class="notice warning">
      <span>
        <span id={READ_ONLY}>{whyNot}</span> <SupportLink url={support} />
      </span>
    </p>
  )
}
