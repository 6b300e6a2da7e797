// Where a location's requests go: those to libSQL with its faults, those to the upstream as they are.

import { WorkerEntrypoint } from 'cloudflare:workers'
import { SLOW_MS } from './faults.ts'
import { locationOf, reach, sleep } from './world.ts'

interface Env {
  readonly LIBSQL_URL: string
}

interface Props {
  readonly location: string
}

export class Network extends WorkerEntrypoint<Env, Props> {
  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).origin !== new URL(this.env.LIBSQL_URL).origin) {
      return await fetch(request)
    }
    const { location } = this.ctx.props
    return await reach(location, 'libSQL', this.ctx, async () => {
      if (locationOf(location).libsql === 'slow') await sleep(SLOW_MS)
      return await fetch(request)
    })
  }
}
