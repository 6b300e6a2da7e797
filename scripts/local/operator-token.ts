// The token of an operator, for scripts that call a gateway: OPERATOR_TOKEN, or the one that `npm start` made.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../harness/failure.ts'
import { parseOperatorTokens } from '../../src/configuration/operator-tokens.ts'

/** Throws a Failure if there is none. */
export function readOperatorToken(env: NodeJS.ProcessEnv): string {
  const given = env['OPERATOR_TOKEN'] || localToken(env['DATA_DIR'] || '.data')
  const [operator] = parseOperatorTokens(given) ?? []
  if (operator !== undefined && /^[\x21-\x7e]+$/.test(operator.token)) return operator.token
  throw new Failure('OPERATOR_TOKEN must be one token, of visible ASCII characters without spaces')
}

function localToken(dataDir: string): string {
  const file = join(dataDir, 'secrets.json')
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { OPERATOR_TOKEN: string }).OPERATOR_TOKEN
  } catch {
    throw new Failure(`OPERATOR_TOKEN is not set, and ${file} does not hold the local one: set it`)
  }
}
