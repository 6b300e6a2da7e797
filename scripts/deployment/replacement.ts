// What a deployment would take from another environment: the worker under its name, or a custom domain.
// Wrangler replaces both without a question where nobody can answer one.

import type { Domain, LiveVersion } from './cloudflare.ts'
import type { Environment } from './environment.ts'
import { type Fault, wrong } from './fault.ts'

export function replacementFaults(
  environment: Environment,
  live: readonly LiveVersion[],
  domains: readonly Domain[],
): Fault[] {
  return [...workerFaults(environment, live), ...domainFaults(environment, domains)]
}

/** Whether a live version works on the database of this environment. */
export function hasDatabase(live: readonly LiveVersion[], url: string): boolean {
  return live.some((version) => valueOf(version, 'LIBSQL_URL') === url)
}

function workerFaults(
  { name, title, kvId, vars }: Environment,
  live: readonly LiveVersion[],
): Fault[] {
  const own = { LIBSQL_URL: vars['LIBSQL_URL'], KEYS: kvId }
  const differing = Object.entries(own).flatMap(([binding, value]) => {
    const others = live.map((version) => valueOf(version, binding))
    const other = others.find((text) => text !== undefined && text !== value)
    return other === undefined ? [] : [`${binding} is ${other} there and ${value} here`]
  })
  if (differing.length === 0) return []
  return [
    wrong(
      `The worker "${name}" is deployed, and not as the environment "${title}" (${differing.join('; ')}): ` +
        'give this environment a name of its own. If it is to move there, as after a restore, add --replace',
    ),
  ]
}

function domainFaults({ name, routes }: Environment, domains: readonly Domain[]): Fault[] {
  const wanted = routes.flatMap((route) =>
    typeof route === 'object' && 'custom_domain' in route ? [route.pattern] : [],
  )
  return domains
    .filter(({ hostname, service }) => wanted.includes(hostname) && service !== name)
    .map(({ hostname, service }) =>
      wrong(
        `${hostname} is a custom domain of the worker "${service}": give this environment a domain of its own. ` +
          'If it is to move here, add --replace',
      ),
    )
}

function valueOf({ bindings }: LiveVersion, name: string): string | undefined {
  const binding = bindings.find((one) => one.name === name)
  return binding?.text ?? binding?.namespace_id
}
