// The requests that an authority has granted in the windows of its key's limits. They are read from storage and written
// in the turn that grants them, and the runtime holds the answer until they are durable. So neither a restart nor
// a second instance grants one twice. All tokens of a key have their windows in one object.

import { Demand } from '../../keys/demand.ts'
import { type Granted, grantRequests, type Wanted, type Window } from '../../keys/window.ts'

const ROW = 'windows'

type Storage = Pick<DurableObjectStorage['kv'], 'get' | 'put' | 'delete'>

export class GrantedRequests {
  private readonly demand = new Demand()
  private readonly storage: Storage

  constructor(storage: Storage) {
    this.storage = storage
  }

  grant(wanted: Wanted, nowMs: number): Granted {
    const windows = this.storage.get<readonly Window[]>(ROW) ?? []
    const share = this.demand.share(wanted.waiting + wanted.ahead, nowMs)
    const { after, ...granted } = grantRequests(windows, wanted, share, nowMs)
    if (after !== windows) this.storage.put<readonly Window[]>(ROW, after)
    return granted
  }

  /** Drops the windows, because the key was deleted. */
  drop(): void {
    this.storage.delete(ROW)
  }
}
