// What an environment shares with another one beside it, as a copy does that was not filled in.

import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Environment, EXAMPLE, readEnvironment } from './environment.ts'
import { type Fault, wrong } from './fault.ts'

/** What each environment has alone, by its name in a fault. */
const OWN: readonly (readonly [string, (environment: Environment) => string | undefined])[] = [
  ['the worker', ({ account_id: account, name }) => `${account}/${name}`],
  ['the KV namespace', ({ kvId }) => kvId],
  ['the database', ({ vars }) => vars['LIBSQL_URL']],
]

export function siblingFaults(environment: Environment): Fault[] {
  const dir = dirname(environment.file)
  return globSync('*.toml', { cwd: dir })
    .map((name) => join(dir, name))
    .filter((file) => file !== environment.file && !file.endsWith(`/${EXAMPLE}.toml`))
    .flatMap(readWhole)
    .flatMap((other) => compare(environment, other))
}

/** None for a file that is not filled in yet, which keeps nobody else from deploying. */
function readWhole(file: string): Environment[] {
  try {
    return [readEnvironment(file)]
  } catch {
    return []
  }
}

function compare(environment: Environment, other: Environment): Fault[] {
  return OWN.filter(([, valueOf]) => valueOf(environment) === valueOf(other)).map(([what]) =>
    wrong(
      `The environments "${environment.title}" and "${other.title}" have ${what} in common: each needs its own`,
    ),
  )
}
