// Hosts the objects of the built worker, each on a clock of its own. An object can lose its memory or its
// storage, or be superseded, which the product has no calls for.

import { AsyncLocalStorage } from 'node:async_hooks'
import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'
import { EVENT, type ObjectEvent } from './allowance-watch.ts'
import * as bundle from './bundle.js'
import { type Clock, createClock } from './clock.ts'
import type { IsolateCommand } from './commands.ts'
import { fence } from './fence.ts'
import { pass, runOnClock, trueMs } from './time.ts'
import { turnOnly } from './turned-on.ts'

type Method = (...args: unknown[]) => unknown
type Instance = Readonly<Record<string, Method>>
type InstanceClass = new (ctx: DurableObjectState, env: unknown) => Instance

/** The clocks of objects, by id. They outlive the instances. */
const clocks = new Map<string, Clock>()
/** How often objects have lost their storage, by id. */
const losses = new Map<string, number>()
let events = 0
const currentClock = new AsyncLocalStorage<Clock>()
const rightClock = createClock()
runOnClock(() => currentClock.getStore() ?? rightClock)

function clockOf(id: string): Clock {
  const clock = clocks.get(id) ?? createClock()
  clocks.set(id, clock)
  return clock
}

/** A Durable Object that passes each event on to an instance of a class of the built worker. */
function hosting(hosted: unknown) {
  const InstanceOf = hosted as InstanceClass
  class Host extends DurableObject {
    instance: Instance

    constructor(ctx: DurableObjectState, env: object) {
      super(ctx, env)
      this.instance = this.start()
    }

    /** Ends the instance, and all that it has under way. */
    restart(): void {
      this.ctx.abort('It was restarted')
    }

    /** As `restart`, without its storage. */
    async lose(): Promise<void> {
      await this.ctx.storage.deleteAll()
      const id = this.ctx.id.toString()
      losses.set(id, (losses.get(id) ?? 0) + 1)
      this.ctx.abort('Its storage was lost')
    }

    /**
     * Sends later events to a new instance. What the old one has under way goes on until it touches storage,
     * as on the platform
     * (https://developers.cloudflare.com/durable-objects/platform/known-issues/#global-uniqueness).
     */
    supersede(): void {
      this.instance = this.start()
    }

    start(): Instance {
      const isCurrent = (): boolean => this.instance === started
      let started: Instance | undefined
      const ctx = fence(this.ctx, () => started === undefined || isCurrent())
      started = this.onClock(() => new InstanceOf(ctx, this.env))
      return started
    }

    onClock<T>(act: () => T): T {
      return currentClock.run(clockOf(this.ctx.id.toString()), act)
    }

    /** An event is one turn up to its first wait. So what is noted before it is true of that turn. */
    event(): ObjectEvent {
      const id = this.ctx.id.toString()
      const clockMs = Math.floor(clockOf(id).nowMs(trueMs()))
      return { place: ++events, losses: losses.get(id) ?? 0, clockMs }
    }
  }
  for (const name of Object.getOwnPropertyNames(InstanceOf.prototype)) {
    if (name === 'constructor') continue
    Object.defineProperty(Host.prototype, name, {
      value(this: Host, ...args: unknown[]) {
        const event = this.event()
        const answer = this.onClock(() => this.instance[name]?.(...args))
        return name === 'fetch' ? withEvent(answer, event) : answer
      },
    })
  }
  return Host
}

async function withEvent(answer: unknown, event: ObjectEvent): Promise<Response> {
  const response = await (answer as Response | Promise<Response>)
  response.headers.set(EVENT, JSON.stringify(event))
  return response
}

export class KeyAuthority extends hosting(bundle.KeyAuthority) {}
export class AccountKeys extends hosting(bundle.AccountKeys) {}
export class LocationMetrics extends hosting(bundle.LocationMetrics) {}
export class ShadowCounts extends hosting(bundle.ShadowCounts) {}
export class PasswordHasher extends hosting(bundle.PasswordHasher) {}

export class Control extends WorkerEntrypoint {
  obey(command: IsolateCommand): void {
    pass(command.passMs)
    for (const [id, change] of Object.entries(command.clocks)) clockOf(id).change(change, trueMs())
    if (command.turnOn !== null) turnOnly(command.turnOn)
  }
}

export default {
  fetch: () => new Response(null, { status: 404 }),
}
