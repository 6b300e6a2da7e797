// The API Keys page: the list, and what stands above it.

import { useEffect } from 'preact/hooks'
import { EmptyState } from './empty-state.tsx'
import { ExternalIcon, PlusIcon } from '../controls/icons.tsx'
import type { KeyList } from './key-list.ts'
import type { RowActions } from './row-actions.ts'
import { KeyTable } from './key-table.tsx'
import { ListSkeleton } from '../controls/list-skeleton.tsx'
import * as commonText from '../messages/common.ts'
import * as text from '../messages/page.ts'
import { useIsOffline } from '../browser/offline.ts'
import { PageHead } from '../controls/page-head.tsx'
import { RetryNotice } from '../controls/retry-notice.tsx'
import { failureText } from '../messages/problem-text.ts'
import { READ_ONLY, ReadOnlyNotice } from '../frame/read-only-notice.tsx'
import { fullText, type Rights } from '../frame/rights.ts'
import { navigate, PATHS } from '../browser/route.ts'
import type { Secret } from '../token/secret.ts'
import type { Session } from '../api/types.ts'
import type { Filters, Sort } from './view.ts'
import { preloadProviderDialogs } from '../confirm/provider-dialogs.ts'

interface KeysPageProps {
  readonly session: Session
  readonly rights: Rights
  readonly list: KeyList
  readonly secret: Secret | null
  readonly newKeyId: string | null
  readonly query: string
  readonly filters: Filters
  readonly sort: Sort
  readonly isWhole: boolean
  readonly onQuery: (query: string) => void
  readonly onSort: (sort: Sort) => void
  readonly onShowAll: () => void
  readonly actions: RowActions
}

export function KeysPage(props: KeysPageProps) {
  const { session, rights, list, secret, newKeyId, query, filters, sort, isWhole } = props
  const { actions, onQuery, onSort, onShowAll } = props
  const isOffline = useIsOffline()
  const { mayChange, mayDelete, whyNot } = rights
  const full = fullText(session, list.keys?.length ?? 0)
  const isEmpty = list.keys?.length === 0
  const isRead = list.keys !== undefined
  useEffect(() => {
    if (isRead && session.confirm_by === 'identity_provider') preloadProviderDialogs()
  }, [isRead])
  return (
    <main id="main">
      <PageHead title={commonText.apiKeys} intro={<Intro documentation={session.documentation} />}>
        <button
          type="button"
          class="button primary"
          disabled={!mayChange || full !== null}
          aria-describedby={whyNot === null && full === null ? undefined : READ_ONLY}
          onClick={() => navigate(PATHS.newKey)}
        >
          <PlusIcon /> {text.add}
        </button>
      </PageHead>

      {isOffline && (
        <p class="notice warning" role="alert">
          {text.offline}
        </p>
      )}
      {!isEmpty && <ReadOnlyNotice whyNot={whyNot ?? full} support={rights.support} />}
      {list.failure !== null && (
        <RetryNotice onRetry={list.reload}>
          {text.loadFailed} {failureText(list.failure, 'reading')}
        </RetryNotice>
      )}
      {list.keys === undefined ? (
        list.failure === null && <ListSkeleton />
      ) : isEmpty ? (
        <EmptyState rights={rights} />
      ) : (
        <KeyTable
          keys={list.keys}
          {...{
            query,
            sort,
            isWhole,
            filters,
            secret,
            newKeyId,
            mayChange,
            mayDelete,
            actions,
            onQuery,
            onSort,
            onShowAll,
          }}
        />
      )}
    </main>
  )
}

function Intro({ documentation }: { readonly documentation: string | undefined }) {
  return (
    <>
      {text.intro}{' '}
      {documentation !== undefined && (
        <a href={documentation} target="_blank" rel="noopener noreferrer">
          {text.documentation}
          <ExternalIcon />
          <span class="visually-hidden">{text.newWindow}</span>
        </a>
      )}
    </>
  )
}
