// Hosts the objects of the built worker, each on a clock of its own. An object can lose its memory or its
// storage, or be superseded, which the product has no calls for.

import { AsyncLocalStorage } from 'node:async_hooks'
import { DurableObject, WorkerEntrypoint } from 'cloudflare:workers'
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
  }
  for (const name of Object.getOwnPropertyNames(InstanceOf.prototype)) {
    if (name === 'constructor') continue
    Object.defineProperty(Host.prototype, name, {
      value(this: Host, ...args: unknown[]) {
        return this.onClock(() => this.instance[name]?.(...args))
      },
    })
  }
  return Host
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
