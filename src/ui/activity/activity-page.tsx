// Who did what with the keys, and from where.

import type { Api } from '../api/api.ts'
import { EventList } from './event-list.tsx'
import * as text from '../messages/activity.ts'
import * as commonText from '../messages/common.ts'
import { PageHead } from '../controls/page-head.tsx'

interface ActivityPageProps {
  readonly api: Api
  readonly nameOfKey: (id: string) => string | undefined
}

export function ActivityPage({ api, nameOfKey }: ActivityPageProps) {
  return (
    <main id="main">
      <PageHead title={commonText.activity} intro={text.intro} />
      <section class="card">
        <EventList api={api} keyId={null} nameOfKey={nameOfKey} />
      </section>
    </main>
  )
}
