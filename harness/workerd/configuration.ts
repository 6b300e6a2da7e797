// The configuration of a worker under measurement, in the language of workerd's workerd.capnp.

/** As in wrangler.toml. */
export const COMPATIBILITY_DATE = '2026-11-01'
/** What a call takes here: it is part of the round trip, not on top of it. */
const LOCAL_MS = 1

export interface Bindings {
  readonly variables: Readonly<Record<string, string>>
  /** Answers in place of KV, as `host:port`; the worker kv.js when left out. */
  readonly kvAddress?: string
  /** A round trip to an authority, in milliseconds; when left out, that to the real one: about one. */
  readonly authorityMs?: number | undefined
  /** Where the authorities are, as `host:port`; in the worker's own process when left out. */
  readonly authorityAddress?: string
}

interface Configured extends Bindings {
  /** Whether it has key authorities. */
  readonly isGateway: boolean
  /** Where its objects store. */
  readonly disk: string
  /** The limit of each isolate's heap; none when left out. */
  readonly heapMegabytes?: number
}

/** The worker is index.js, beside kv.js and, for a gateway, bindings.js in the folder of the configuration. */
export function toConfiguration(configured: Configured): string {
  const { isGateway, disk, kvAddress, authorityAddress, heapMegabytes } = configured
  const kv = kvAddress === undefined ? 'worker = .kv' : external(kvAddress)
  const elsewhere =
    authorityAddress === undefined
      ? ''
      : `\n    (name = "elsewhere", ${external(authorityAddress)}),`
  const v8Flags = heapMegabytes === undefined ? [] : [`--max-heap-size=${heapMegabytes}`]
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "kv", ${kv}),${elsewhere}
    (name = "disk", disk = (path = ${JSON.stringify(disk)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private", "local", "network"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
${isGateway ? EXTENSIONS : ''}  v8Flags = ${JSON.stringify(v8Flags)},
);

const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [
    ${bindings(configured).join(',\n    ')}
  ],${isGateway && authorityAddress === undefined ? OBJECTS : ''}
);

const kv :Workerd.Worker = (
  modules = [(name = "kv.js", esModule = embed "kv.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
);
`
}

const EXTENSIONS = `  extensions = [
    (modules = [(name = "bench:bindings", internal = true, esModule = embed "bindings.js")]),
  ],
`

/** Of a worker that has key authorities. */
export const OBJECTS = `
  durableObjectNamespaces = [
    (className = "KeyAuthority", uniqueKey = "authorities", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "disk"),`

function bindings({ isGateway, variables, ...where }: Configured): string[] {
  const kv = '(name = "KEYS", kvNamespace = "kv")'
  const texts = Object.entries(variables).map(([name, value]) => text(name, value))
  return isGateway ? [...texts, kv, authorities(where)] : [...texts, kv]
}

function authorities({ authorityMs, authorityAddress }: Omit<Bindings, 'variables'>): string {
  if (authorityAddress !== undefined) {
    return wrapped(
      'KEY_AUTHORITY',
      'otherAuthorities',
      '(name = "elsewhere", service = "elsewhere")',
    )
  }
  const near = (name: string) => `(name = "${name}", durableObjectNamespace = "KeyAuthority")`
  if (authorityMs === undefined) return near('KEY_AUTHORITY')
  const inner = `${near('authorities')}, ${text('wayMs', String(authorityMs - LOCAL_MS))}`
  return wrapped('KEY_AUTHORITY', 'farAuthorities', inner)
}

/** A binding of bindings.ts. */
function wrapped(name: string, entrypoint: string, inner: string): string {
  return `(name = "${name}", wrapped = (moduleName = "bench:bindings", entrypoint = "${entrypoint}", innerBindings = [${inner}]))`
}

function text(name: string, value: string): string {
  return `(name = "${name}", text = ${JSON.stringify(value)})`
}

function external(address: string): string {
  return `external = (address = "${address}", http = ())`
}
