// KV and the key authorities in a workerd of their own, as they are not in the gateway's isolate in
// production either: so that the memory of the gateway's process is the gateway's.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../harness/workerd/bundle.ts'
import { COMPATIBILITY_DATE, toObjects } from '../harness/workerd/configuration.ts'
import { runWorkerd, type Workerd } from '../harness/workerd/workerd.ts'

/** `dir` is for the worker and for what its objects store. */
export async function startElsewhere(dir: string, heapMegabytes: number): Promise<Workerd> {
  const disk = join(dir, 'objects')
  mkdirSync(disk, { recursive: true })
  await bundle(join(import.meta.dirname, 'workers/elsewhere.ts'), join(dir, 'elsewhere.js'))
  const file = join(dir, 'elsewhere.capnp')
  writeFileSync(file, configuration(disk, heapMegabytes))
  return await runWorkerd(file)
}

function configuration(disk: string, heapMegabytes: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  v8Flags = ["--max-heap-size=${heapMegabytes}"],
);

const main :Workerd.Worker = (
  modules = [(name = "elsewhere.js", esModule = embed "elsewhere.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [(name = "KEY_AUTHORITY", durableObjectNamespace = "KeyAuthority")],${toObjects(['KeyAuthority'])}
);
`
}
