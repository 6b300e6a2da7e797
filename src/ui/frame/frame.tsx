// The frame around each page: the brand, the account, and the main menu.

import { AccountMenu } from './account-menu.tsx'
import { Brand } from './brand.tsx'
import { ActivityIcon, KeyIcon } from '../controls/icons.tsx'
import { Link } from '../controls/link.tsx'
import * as commonText from '../messages/common.ts'
import { PATHS, type Route } from '../browser/route.ts'
import type { Session } from '../api/types.ts'

interface FrameProps {
  readonly session: Session
  readonly page: Route['page']
  readonly onLogOut: () => void
}

export function Frame({ session, page, onLogOut }: FrameProps) {
  const isKeys = page === 'keys' || page === 'key'
  return (
    <>
      <a class="skip" href="#main">
        {commonText.skip}
      </a>
      <header class="top">
        <Brand />
        <AccountMenu session={session} onLogOut={onLogOut} />
      </header>
      <nav class="menu" aria-label={commonText.mainMenu}>
        <details open>
          <summary>{commonText.billing}</summary>
          <div class="menu-links">
            <Link href={PATHS.keys} aria-current={isKeys ? 'page' : undefined}>
              <KeyIcon /> {commonText.apiKeys}
            </Link>
            <Link href={PATHS.activity} aria-current={page === 'activity' ? 'page' : undefined}>
              <ActivityIcon /> {commonText.activity}
            </Link>
          </div>
        </details>
      </nav>
    </>
  )
}
