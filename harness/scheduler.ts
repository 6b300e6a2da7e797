// `scheduler` is a global of the runtime, which Node has not. By `setTimeout`, so that a test can turn the clock.

const wait = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

Object.assign(globalThis, { scheduler: { wait } })
