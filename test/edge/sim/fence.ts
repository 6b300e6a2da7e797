// The fence around the storage of an object: an instance that was superseded gets an error from it.

import { reset } from './faults.ts'

/** The state of an object, whose storage only works while `isCurrent`. */
export function fence(ctx: DurableObjectState, isCurrent: () => boolean): DurableObjectState {
  const storage = fenceMethods(ctx.storage, isCurrent)
  return new Proxy(ctx, {
    get(target, name) {
      return name === 'storage' ? storage : bound(target, Reflect.get(target, name, target))
    },
  })
}

/** The same object, whose methods throw, and those of its members, unless `isCurrent`. */
function fenceMethods<T extends object>(object: T, isCurrent: () => boolean): T {
  return new Proxy(object, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value === 'function') {
        return (...args: unknown[]): unknown => {
          if (!isCurrent()) throw reset()
          return Reflect.apply(value, target, args)
        }
      }
      return typeof value === 'object' && value !== null ? fenceMethods(value, isCurrent) : value
    },
  })
}

function bound(target: object, value: unknown): unknown {
  return typeof value === 'function' ? (value.bind(target) as unknown) : value
}
