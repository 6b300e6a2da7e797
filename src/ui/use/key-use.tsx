// What a key was used for: when it was used last, how often, and from which addresses.

import { networksOfAddress } from '../acl/acl-addresses.ts'
import type { Api } from '../api/api.ts'
import { useAnswer } from '../api/use-answer.ts'
import * as text from '../messages/picture.ts'
import { exactTime, untilText } from '../messages/times.ts'
import type { Key, KeyUsage } from '../api/types.ts'
import { UseAddresses } from './use-addresses.tsx'
import { UsePicture } from './use-picture.tsx'
import { lastDayOf } from './use-series.ts'

interface UseCardProps {
  readonly api: Api
  readonly apiKey: Key
  readonly use: KeyUsage | null | undefined
  /** Opens the form with networks added; undefined where nothing may be changed. */
  readonly onAdd: ((networks: readonly string[]) => void) | undefined
}

export function UseCard({ api, apiKey, use, onAdd }: UseCardProps) {
  return (
    <section class="card part use-card" aria-labelledby="use">
      <h2 id="use">{text.title}</h2>
      {use === undefined && <div class="use-chart use-wait" />}
      {use === null && <p class="hint">{text.unknown}</p>}
      {use !== null && use !== undefined && (
        <>
          <p title={use.last_used_at === null ? undefined : exactTime(use.last_used_at)}>
            {use.last_used_at === null
              ? text.never
              : text.last(untilText(use.last_used_at), use.last_address)}{' '}
            <span class="muted">{text.sums(...lastDayOf(use))}</span>
          </p>
          <UsePicture api={api} keyId={apiKey.id} hours={use} />
          {use.addresses.length > 0 && <h3>{text.addresses}</h3>}
          <UseAddresses addresses={use.addresses} apiKey={apiKey} onAdd={onAdd} />
          {apiKey.ip_acl.length === 0 && <Restrict use={use} onAdd={onAdd} />}
        </>
      )}
    </section>
  )
}

/** For a key that is open to any address: a list of those that use it. */
function Restrict({
  use,
  onAdd,
}: {
  readonly use: KeyUsage
  readonly onAdd: UseCardProps['onAdd']
}) {
  const used = use.addresses.filter(({ allowed }) => allowed > 0)
  const networks = [...new Set(used.flatMap(({ address }) => networksOfAddress(address)[0] ?? []))]
  if (networks.length === 0 || onAdd === undefined) return null
  return (
    <div class="actions">
      <button type="button" class="button" onClick={() => onAdd(networks)}>
        {text.restrict}
      </button>
    </div>
  )
}

/** The use of a key by hour; undefined before the first answer, null where it cannot be told. */
export function useKeyUse(api: Api, id: string, version: number): KeyUsage | null | undefined {
  return useAnswer(() => api.readUsage(id, 'hour'), [id, version])
}
