// Notices requests whose client address shows that Cloudflare is not set up as the README asks. Such an
// address fails every IP ACL that it should match, and only the operator can mend that. Each isolate logs it
// once a minute, and /health reports it for ten minutes.

import {
  type ConfigurationFault,
  configurationFault,
} from '../configuration/configuration-fault.ts'
import type { Address } from '../keys/address.ts'
import { type AddressSymptom, addressSymptom } from '../keys/client-address.ts'

export interface AddressWatch {
  /** Checks the headers of a request, and the address that was read from them, for a symptom. */
  readonly observe: (headers: Headers, address: Address | null) => void
  /** The symptoms that this isolate has seen within the last ten minutes. */
  readonly symptoms: () => AddressSymptom[]
}

const LOG_AGAIN_MS = 60_000
const LASTS_MS = 600_000

const DETAILS: Readonly<Record<AddressSymptom, ConfigurationFault>> = {
  missing: configurationFault(
    'A request came without CF-Connecting-IP: turn off the managed transform "Remove visitor IP headers"',
  ),
  pseudo_ipv4: configurationFault(
    'A request came from 240.0.0.0/4: set Pseudo IPv4 to Off, since it hides the addresses of IPv6 clients',
  ),
}

export function createAddressWatch(
  log: (detail: ConfigurationFault) => void,
  nowMs: () => number,
): AddressWatch {
  const seenAtMs = new Map<AddressSymptom, number>()
  const loggedAtMs = new Map<AddressSymptom, number>()

  return {
    observe(headers, address) {
      const symptom = addressSymptom(headers, address)
      if (symptom === null) return
      const now = nowMs()
      seenAtMs.set(symptom, now)
      if (now - (loggedAtMs.get(symptom) ?? -Infinity) < LOG_AGAIN_MS) return
      loggedAtMs.set(symptom, now)
      log(DETAILS[symptom])
    },

    symptoms() {
      const now = nowMs()
      return [...seenAtMs].filter(([, at]) => now - at < LASTS_MS).map(([symptom]) => symptom)
    },
  }
}
