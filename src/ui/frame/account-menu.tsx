// Who is logged in, where else, who else may, and the way out.

import { useId, useRef } from 'preact/hooks'
import { toPlainText } from '../messages/display-text.ts'
import { PersonIcon } from '../controls/icons.tsx'
import { Link } from '../controls/link.tsx'
import * as accountText from '../messages/account.ts'
import * as commonText from '../messages/common.ts'
import * as logInText from '../messages/log-in.ts'
import { PATHS } from '../browser/route.ts'
import type { Session } from '../api/types.ts'

interface AccountMenuProps {
  readonly session: Session
  readonly onLogOut: () => void
}

export function AccountMenu({ session, onLogOut }: AccountMenuProps) {
  const id = useId()
  const menu = useRef<HTMLDivElement>(null)
  const { account, user } = session
  const { name } = account
  const hide = () => menu.current?.hidePopover()
  return (
    <>
      <button
        type="button"
        class="button who"
        popovertarget={id}
        aria-label={accountText.menu(name)}
      >
        <PersonIcon /> <bdi>{toPlainText(name)}</bdi>
      </button>
      <div ref={menu} id={id} class="account-menu" popover="auto">
        <p class="account-name">
          <strong>
            <bdi>{toPlainText(name)}</bdi>
          </strong>
          <span class="muted">
            <bdi>{toPlainText(user.email)}</bdi>
          </span>
          <span class="muted">{commonText.roles[user.role]}</span>
        </p>
        <Link href={PATHS.sessions} class="menu-item" onFollow={hide}>
          {accountText.sessions}
        </Link>
        {session.confirm_by === 'password' && (
          <Link href={PATHS.security} class="menu-item" onFollow={hide}>
            {accountText.security}
          </Link>
        )}
        {user.role === 'owner' && (
          <Link href={PATHS.users} class="menu-item" onFollow={hide}>
            {accountText.users}
          </Link>
        )}
        <button
          type="button"
          class="menu-item"
          onClick={() => {
            hide()
            onLogOut()
          }}
        >
          {logInText.out}
        </button>
      </div>
    </>
  )
}
