// Runs the built worker in workerd, with the bindings of wrangler.toml.

import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { pageDirOf } from './build.ts'
import { childrenOf, commandOf, noteProcess } from './processes.ts'
import { PROJECT_DIR } from './project-dir.ts'
import { readToml, toMiniflareBindings, WRANGLER_TOML } from './wrangler-toml.ts'

type Config = ReturnType<typeof convertV4MiniflareOptions>
type WorkerConfig = Config['workers'][number]
type Bindings = NonNullable<WorkerConfig['config']['env']>

/** The name of the gateway, unless it has another. */
export const GATEWAY = 'gateway'

export interface LocalWorkerOptions {
  /** Where `buildProduct` put the worker and the page. */
  readonly bundleDir: string
  /** Variables and secrets. */
  readonly variables: Readonly<Record<string, string>>
  /** Another name is another deployment, with objects of its own. */
  readonly name?: string
  /** Bindings to put in place of wrangler.toml's, and the workers that they name. */
  readonly bindings?: Bindings
  readonly otherWorkers?: readonly WorkerConfig[]
  /** A module in front of the built worker, which it imports as `./index.js`. */
  readonly wrapper?: string | undefined
  /** Where KV keeps its state; in memory when left out. */
  readonly stateDir?: string
  readonly host?: string
  readonly port?: number
  /** Gets each line that the worker logs. */
  readonly onLog?: (line: string) => void
  /** Called when workerd ended by itself, and another one was started. */
  readonly onRestart?: () => void
}

export interface LocalWorker {
  readonly url: string
  readonly miniflare: Miniflare
  /** Runs the cron trigger once. */
  readonly runCron: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const miniflare = new Miniflare(toConfig(options))
  const url = (await miniflare.ready).origin
  if (options.stateDir !== undefined) noteWorkerd(`${options.stateDir}.pid`)
  return {
    url,
    miniflare,
    async runCron() {
      const worker = await miniflare.getWorker()
      await worker.scheduled({ cron: '* * * * *', scheduledTime: new Date() })
    },
    stop: () => miniflare.dispose(),
  }
}

function noteWorkerd(file: string): void {
  const pid = childrenOf(process.pid).find((child) => commandOf(child).includes('workerd serve'))
  if (pid !== undefined) noteProcess(file, pid)
}

function toConfig(options: LocalWorkerOptions): Config {
  const { otherWorkers = [], stateDir, port = 0 } = options
  const { gateway, config } = gatewayConfig(options)
  return {
    ...config,
    ...(options.host !== undefined && { host: options.host }),
    port,
    workers: [gateway, ...otherWorkers],
    cf: false,
    log: new Log(LogLevel.ERROR),
    handleStructuredLogs: ({ message }) => options.onLog?.(message),
    unsafeHandleRuntimeRestart() {
      if (stateDir !== undefined) noteWorkerd(`${stateDir}.pid`)
      options.onRestart?.()
    },
    ...(stateDir !== undefined && { resourcePersistencePath: stateDir }),
  }
}

/** The built worker with the bindings of wrangler.toml, as Miniflare takes it. */
export function gatewayConfig({
  bundleDir,
  variables,
  bindings = {},
  name = GATEWAY,
  wrapper,
}: Pick<LocalWorkerOptions, 'bundleDir' | 'variables' | 'bindings' | 'name' | 'wrapper'>) {
  const { assets, ...own } = toMiniflareBindings(readToml(WRANGLER_TOML))
  const config = convertV4MiniflareOptions({
    host: '127.0.0.1',
    workers: [
      {
        ...own,
        name,
        modules: true,
        scriptPath: join(bundleDir, 'index.js'),
        modulesRoot: bundleDir,
        rootPath: PROJECT_DIR,
        assets: { ...assets, directory: pageDirOf(bundleDir) },
        bindings: variables, // nothing of an .env
      },
    ],
  })
  const [gateway] = config.workers
  if (gateway === undefined) throw new Error('wrangler.toml describes no worker')
  Object.assign((gateway.config.env ??= {}), bindings)
  const { manifest } = gateway.config
  if (wrapper !== undefined && manifest !== undefined) {
    manifest.mainModule = 'wrapper.js'
    manifest.modules['wrapper.js'] = { type: 'esm', contents: wrapper }
  }
  return { gateway, config }
}
