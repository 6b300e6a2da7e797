// The configuration of a worker under measurement, in the language of workerd's workerd.capnp. Its objects
// and rate limits are those of wrangler.toml. It has no page and no version.

import { readToml, type RawConfig, WRANGLER_TOML } from '../wrangler-toml.ts'

const product: RawConfig = readToml(WRANGLER_TOML)
const { compatibility_date: compatibilityDate = '', ratelimits = [] } = product
const objectBindings = product.durable_objects?.bindings ?? []

export const COMPATIBILITY_DATE = compatibilityDate
/** The classes of the product's Durable Objects. */
export const CLASSES: readonly string[] = objectBindings.map(({ class_name: name }) => name)
/** What a call takes here: it is part of the round trip, not on top of it. */
const LOCAL_MS = 1

export interface Bindings {
  readonly variables: Readonly<Record<string, string>>
  /** Answers in place of KV, as `host:port`; the worker kv.js when left out. */
  readonly kvAddress?: string
  /** Where the authorities are, as `host:port`; in the worker's own process when left out. */
  readonly authorityAddress?: string
  /** A round trip to authorities at an address, in milliseconds. When left out, what it takes here: about one. */
  readonly authorityMs?: number
}

interface Configured extends Bindings {
  /** The classes of its Durable Objects. A worker that has some is given what the gateway needs. */
  readonly classes: readonly string[]
  /** Where its objects store. */
  readonly disk: string
  /** The limit of each isolate's heap; none when left out. */
  readonly heapMegabytes?: number
}

/** The worker is index.js, beside kv.js and, for a gateway, bindings.js in the folder of the configuration. */
export function toConfiguration(configured: Configured): string {
  const { classes, disk, kvAddress, authorityAddress, heapMegabytes } = configured
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
  sockets = [(name = "http", address = "127.0.0.1:0", http = (cfBlobHeader = "CF-Blob"), service = "main")],
${classes.length > 0 ? EXTENSIONS : ''}  v8Flags = ${JSON.stringify(v8Flags)},
);

const main :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [
    ${bindings(configured).join(',\n    ')}
  ],${toObjects(classes)}
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

/** Of a worker that has Durable Objects of these classes. */
export function toObjects(classes: readonly string[]): string {
  if (classes.length === 0) return ''
  const namespaces = classes.map((name) => {
    return `(className = "${name}", uniqueKey = "${name}", enableSql = true)`
  })
  return `
  durableObjectNamespaces = [${namespaces.join(', ')}],
  durableObjectStorage = (localDisk = "disk"),`
}

function bindings({ classes, variables, authorityAddress, authorityMs }: Configured): string[] {
  const kv = '(name = "KEYS", kvNamespace = "kv")'
  const texts = Object.entries(variables).map(([name, value]) => text(name, value))
  if (classes.length === 0) return [...texts, kv]
  const objects = objectBindings
    .filter(({ class_name: className }) => classes.includes(className))
    .map(({ name, class_name: className }) =>
      name === 'KEY_AUTHORITY' && authorityAddress !== undefined
        ? otherAuthorities(authorityMs)
        : `(name = "${name}", durableObjectNamespace = "${className}")`,
    )
  const limits = ratelimits.map(({ name }) => wrapped(name, 'rateLimit', ''))
  return [...texts, kv, ...objects, ...limits]
}

function otherAuthorities(authorityMs = LOCAL_MS): string {
  const tripMs = text('tripMs', String(authorityMs - LOCAL_MS))
  const inner = `(name = "elsewhere", service = "elsewhere"), ${tripMs}`
  return wrapped('KEY_AUTHORITY', 'otherAuthorities', inner)
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
