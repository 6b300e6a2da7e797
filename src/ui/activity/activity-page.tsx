// Who did what with the keys, and from where.

import type { Api } from '../api/api.ts'
import { EventList } from './event-list.tsx'
import { messages } from '../messages/messages.ts'
import { PageHead } from '../controls/page-head.tsx'

interface ActivityPageProps {
  readonly api: Api
  readonly nameOfKey: (id: string) => string | undefined
}

export function ActivityPage({ api, nameOfKey }: ActivityPageProps) {
  const text = messages.activity
  return (
    <main id="main">
      <PageHead title={text.title} intro={text.intro} />
      <section class="card">
        <EventList api={api} keyId={null} nameOfKey={nameOfKey} />
      </section>
    </main>
  )
}
