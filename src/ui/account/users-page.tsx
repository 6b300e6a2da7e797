// The people who may log in to the account, for an owner. They are added and changed by the operator.

import { useCallback, useContext, useEffect, useState } from 'preact/hooks'
import type { Api, Failure } from '../api/api.ts'
import { toPlainText } from '../messages/display-text.ts'
import { ConfirmBy } from '../confirm/identity-prompt.tsx'
import * as accountText from '../messages/account.ts'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/users.ts'
import { SupportLink } from '../frame/support-link.tsx'
import { PageHead } from '../controls/page-head.tsx'
import { RetryNotice } from '../controls/retry-notice.tsx'
import { failureText } from '../messages/problem-text.ts'
import { dayOf, exactTime, minuteOf } from '../messages/times.ts'
import type { User } from '../api/types.ts'

interface UsersPageProps {
  readonly api: Api
  /** The user who is logged in. */
  readonly currentId: string
  /** Where to ask for another user; undefined if the deployment names none. */
  readonly support: string | undefined
}

export function UsersPage({ api, currentId, support }: UsersPageProps) {
  const [users, setUsers] = useState<readonly User[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const confirmBy = useContext(ConfirmBy)

  const read = useCallback(async () => {
    const answer = await api.listUsers()
    setFailure(answer.ok ? null : answer.error)
    if (answer.ok) setUsers(answer.value)
  }, [api])
  useEffect(() => void read(), [read])

  return (
    <main id="main">
      <PageHead
        title={accountText.users}
        intro={
          <>
            {text.intro[confirmBy]} {confirmBy === 'password' && <SupportLink url={support} />}
          </>
        }
      />
      {failure !== null && (
        <RetryNotice onRetry={read}>{failureText(failure, 'reading')}</RetryNotice>
      )}
      {users === null ? (
        failure === null && <p class="loading">{commonText.loading}</p>
      ) : (
        <ul class="card users">
          {users.map((user) => (
            <UserItem key={user.id} user={user} isCurrent={user.id === currentId} />
          ))}
        </ul>
      )}
    </main>
  )
}

function UserItem({ user, isCurrent }: { readonly user: User; readonly isCurrent: boolean }) {
  const { name, email, role, status, last_login_at: at, second_factor: hasFactor } = user
  return (
    <li>
      <div>
        <p>
          <b>
            <bdi>{toPlainText(name)}</bdi>
          </b>{' '}
          {isCurrent && <span class="badge">{text.current}</span>}{' '}
          {status === 'disabled' && <span class="badge pending">{text.disabled}</span>}{' '}
          {hasFactor === true && <span class="badge">{text.secondFactor}</span>}
        </p>
        <p class="hint">
          <bdi>{toPlainText(email)}</bdi>
        </p>
        {hasFactor === false && <p class="hint">{text.noSecondFactor}</p>}
        <p class="hint" title={at === null ? undefined : exactTime(at)}>
          {at === null ? text.never : text.lastLogIn(`${dayOf(at)} ${minuteOf(at)}`)}
        </p>
      </div>
      <p>
        {commonText.roles[role]} <span class="hint">{text.rights[role]}</span>
      </p>
    </li>
  )
}
