// Gateways of one deployment at several locations: they share KV and the objects of the first one. The way of
// each to the authorities of keys is simulated, see authority-sim.ts.

import { GATEWAY, gatewayConfig, type LocalWorkerOptions } from '../../harness/worker.ts'
import { authoritiesOf, authoritySim, WRAPPER } from './authority-sim.ts'

type Variables = Readonly<Record<string, string>>

/** What the first gateway needs so that there are others, by name, with their own variables. */
export function withGateways(
  others: Readonly<Record<string, Variables>>,
  options: LocalWorkerOptions,
): LocalWorkerOptions {
  const siblings = Object.entries(others).map(([name, variables]) => {
    const bindings = {
      ...options.bindings,
      KEY_AUTHORITY: authoritiesOf(name),
      PASSWORD_HASHER: objectsOf('PasswordHasher'),
      ACCOUNT_KEYS: objectsOf('AccountKeys'),
      LOCATION_METRICS: objectsOf('LocationMetrics'),
      SHADOW_COUNTS: objectsOf('ShadowCounts'),
    }
    const all = { ...options.variables, ...variables }
    const { gateway } = gatewayConfig({
      ...options,
      name,
      variables: all,
      bindings,
      wrapper: WRAPPER,
    })
    return {
      ...gateway,
      config: { ...gateway.config, exports: {} },
      dev: { ...gateway.dev, unsafeDirectSockets: [{ port: 0 }] },
    }
  })
  return {
    ...options,
    wrapper: WRAPPER,
    bindings: { ...options.bindings, KEY_AUTHORITY: authoritiesOf(GATEWAY) },
    otherWorkers: [...(options.otherWorkers ?? []), authoritySim(GATEWAY), ...siblings],
  }
}

function objectsOf(exportName: string) {
  return { type: 'durable-object', worker: GATEWAY, exportName } as const
}
