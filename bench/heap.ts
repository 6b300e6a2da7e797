// What lives in the heap of a worker, by workerd's inspector, which speaks the protocol of Chrome's
// (https://chromedevtools.github.io/devtools-protocol/). The resident set alone says little: V8 leaves
// garbage where it is for as long as there is room.

interface Inspected {
  readonly title: string
  readonly webSocketDebuggerUrl: string
}

/** Collects garbage, then tells what is left in the isolate of the worker `main`, in MB of 1 000 000 bytes. */
export async function liveHeapMegabytes(inspector: string): Promise<number> {
  const response = await fetch(`${inspector}/json/list`)
  const workers = await response.json<Inspected[]>()
  const main = workers.find(({ title }) => title.includes('main'))
  if (main === undefined) throw new Error('The inspector knows no worker "main"')
  const socket = new WebSocket(main.webSocketDebuggerUrl)
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }))
  try {
    await call(socket, 'HeapProfiler.collectGarbage')
    const { usedSize } = (await call(socket, 'Runtime.getHeapUsage')) as { usedSize: number }
    return usedSize / 1_000_000
  } finally {
    socket.close()
  }
}

let lastId = 0

function call(socket: WebSocket, method: string): Promise<unknown> {
  const id = ++lastId
  return new Promise((resolve) => {
    socket.addEventListener('message', function listen({ data }) {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown }
      if (answer.id !== id) return
      socket.removeEventListener('message', listen)
      resolve(answer.result)
    })
    socket.send(JSON.stringify({ id, method }))
  })
}
