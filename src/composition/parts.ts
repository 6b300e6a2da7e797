import type { Env, Settings } from '../configuration/env.ts'
import type { Secrets } from '../configuration/secrets.ts'
import type { Database } from '../db/client.ts'
import type { ImportedTokens } from '../keys/imported-token.ts'
import type { KeyAuthorities } from '../stores/key-authority/key-authority.ts'
import type { Runtime } from './runtime.ts'
import type { Telemetry } from './telemetry.ts'

/** What both planes are put together from. */
export interface Parts {
  readonly env: Env
  readonly settings: Settings
  readonly secrets: Secrets
  readonly db: Database
  readonly authorities: KeyAuthorities
  readonly importedTokens: ImportedTokens
  readonly telemetry: Telemetry
  readonly runtime: Runtime
}
