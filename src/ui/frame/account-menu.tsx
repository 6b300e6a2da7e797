// Who is logged in, where else, who else may, and the way out.

import { useId, useRef } from 'preact/hooks'
import { toPlainText } from '../messages/display-text.ts'
import { PersonIcon } from '../controls/icons.tsx'
import { Link } from '../controls/link.tsx'
import { messages } from '../messages/messages.ts'
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
        aria-label={messages.account.menu(name)}
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
          <span class="muted">{messages.roles[user.role]}</span>
        </p>
        <Link href={PATHS.sessions} class="menu-item" onFollow={hide}>
          {messages.account.sessions}
        </Link>
        {session.confirm_by === 'password' && (
          <Link href={PATHS.security} class="menu-item" onFollow={hide}>
            {messages.account.security}
          </Link>
        )}
        {user.role === 'owner' && (
          <Link href={PATHS.users} class="menu-item" onFollow={hide}>
            {messages.account.users}
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
          {messages.logIn.out}
        </button>
      </div>
    </>
  )
}
