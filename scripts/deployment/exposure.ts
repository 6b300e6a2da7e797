// What wrangler.toml can say that exposes a deployment, or takes from it what the worker counts on:
// addresses past the zone, copies of requests elsewhere, answers without the worker, unchecked values.

import { resolve } from 'node:path'
import { PROJECT_DIR } from '../../harness/project-dir.ts'
import type { RawConfig } from '../../harness/wrangler-toml.ts'
import { type Fault, note, wrong } from './fault.ts'

/** As in wrangler.toml, which every test runs with. Another date is another runtime. */
const COMPATIBILITY_DATE = '2026-11-01'
/** As in wrangler.toml; it is built before each deployment. */
const PAGE_DIR = `${PROJECT_DIR}/dist/page`
/** What the cron may use (src/admin/outbox.ts), and a password's hash many times over. */
const SUBREQUESTS = 10_000
const CPU_MS = 1_000

export function exposureFaults(config: RawConfig): Fault[] {
  return [
    ...addressFaults(config),
    ...copyFaults(config),
    ...shortcutFaults(config),
    ...runtimeFaults(config),
    ...variableFaults(config),
  ]
}

/** At which addresses requests reach the worker. */
function addressFaults({ workers_dev, preview_urls, route, routes }: RawConfig): Fault[] {
  const all = [...(routes ?? []), ...(route === undefined ? [] : [route])]
  const patterns = all.flatMap((one) => {
    if (typeof one === 'string') return [one]
    return 'custom_domain' in one && one.custom_domain ? [] : [one.pattern]
  })
  return [
    ...when(
      workers_dev !== false,
      'workers_dev must be false: on *.workers.dev no rule of your zone applies',
    ),
    ...when(
      preview_urls !== false,
      'preview_urls must be false: each version would answer at an address of its own, for the same keys',
    ),
    ...patterns.flatMap((pattern) => [
      ...when(
        /^https?:/i.test(pattern),
        `The route ${pattern} must have no scheme: by the other one, requests go past the worker`,
      ),
      ...when(
        !/^[^/]+\/\*$/.test(pattern.replace(/^https?:\/\//i, '')),
        `The route ${pattern} must end with "/*" behind its host: other paths go past the worker`,
      ),
    ]),
    ...(all.length > 0
      ? []
      : [
          note(
            'No route is set, so nobody reaches the worker: add routes here, or a custom domain in the dashboard',
          ),
        ]),
  ]
}

/** Who else gets requests, or their URLs, whose query can hold anything. */
function copyFaults(config: RawConfig): Fault[] {
  const {
    observability,
    logpush,
    tail_consumers: tails,
    streaming_tail_consumers: streams,
  } = config
  return [
    ...when(
      observability?.logs?.invocation_logs !== false,
      'observability.logs.invocation_logs must be false: such logs hold query strings',
    ),
    ...when(
      observability?.traces?.enabled === true,
      'observability.traces must not be enabled: traces hold the URL of each request',
    ),
    ...when(logpush === true, 'logpush must not be on: its events hold the URL of each request'),
    ...when(
      [...(tails ?? []), ...(streams ?? [])].length > 0,
      'tail_consumers must not be set: they get the URL and the headers of each request',
    ),
  ]
}

/** What answers without the worker, or keeps it away from those who ask. */
function shortcutFaults({ assets, placement, cache, exports }: RawConfig): Fault[] {
  const caches = [cache, ...Object.values(exports ?? {}).map((one) => 'cache' in one && one.cache)]
  return [
    ...when(
      assets?.binding !== 'ASSETS' || assets.run_worker_first !== true,
      'ASSETS must be bound with run_worker_first = true, or a file could answer a Portal API path',
    ),
    ...when(
      assets?.not_found_handling !== 'none' || assets.html_handling !== 'auto-trailing-slash',
      'assets must have not_found_handling = "none" and html_handling = "auto-trailing-slash", for which the page is made',
    ),
    ...when(
      assets?.directory !== undefined && resolve(PROJECT_DIR, assets.directory) !== PAGE_DIR,
      'assets.directory must be dist/page, which is built before each deployment',
    ),
    ...when(
      placement !== undefined,
      'placement must not be set: it moves the worker away from its callers',
    ),
    ...when(
      caches.some((one) => one !== false && one?.enabled === true),
      'cache must not be enabled: it answers without running the worker',
    ),
  ]
}

/** On what the worker runs. */
function runtimeFaults(config: RawConfig): Fault[] {
  const { compatibility_date: date, compatibility_flags: flags, limits, unsafe } = config
  const { subrequests = SUBREQUESTS, cpu_ms: cpu = CPU_MS } = limits ?? {}
  return [
    ...when(
      date !== COMPATIBILITY_DATE,
      `compatibility_date must be "${COMPATIBILITY_DATE}", with which the worker is tested`,
    ),
    ...when(
      (flags ?? []).length > 0,
      'compatibility_flags must be empty: the worker is tested without any',
    ),
    ...when(
      subrequests < SUBREQUESTS || cpu < CPU_MS,
      `limits must allow ${SUBREQUESTS} subrequests and ${CPU_MS} ms of CPU, which the cron and a log-in may need`,
    ),
    ...when(
      unsafe !== undefined,
      'unsafe must not be set: it can override whatever is checked here',
    ),
  ]
}

/** What brings values that nobody has checked. */
function variableFaults({ keep_vars, previews }: RawConfig): Fault[] {
  return [
    ...when(
      keep_vars === true,
      'keep_vars must not be set: variables of the dashboard are checked by nobody',
    ),
    ...when(
      previews !== undefined,
      'previews must not be set: give another deployment an environment of its own',
    ),
  ]
}

/** Faults with one sentence, where the condition holds. */
function when(condition: boolean, detail: string): Fault[] {
  return condition ? [wrong(detail)] : []
}
