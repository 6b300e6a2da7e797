// Classes of Durable Objects, which do not go with versions: Cloudflare makes one only with a whole deployment,
// keeps it, and takes no version from before it again
// (https://developers.cloudflare.com/workers/versions-and-deployments/rollbacks/).

import type { RawConfig } from '../../harness/wrangler-toml.ts'
import type { LiveVersion } from './cloudflare.ts'
import { type Fault, note, wrong } from './fault.ts'

/** What the classes of a configuration mean for a worker that is live; `isShared` for a gradual deployment. */
export function classFaults(
  { durable_objects: objects }: RawConfig,
  live: readonly LiveVersion[],
  isShared: boolean,
): Fault[] {
  if (live.length === 0) return []
  const own = new Set((objects?.bindings ?? []).map(({ class_name: name }) => name))
  const there = new Set(live.flatMap(classesOf))
  const added = [...own].filter((name) => !there.has(name)).join(', ')
  const lost = [...there].filter((name) => !own.has(name)).join(', ')
  if (lost !== '') {
    return [
      wrong(
        `The worker has Durable Objects of ${lost}, which this version does not know: Cloudflare takes no version from before them, see docs/operate/upgrading.md#going-back`,
      ),
    ]
  }
  if (added === '') return []
  return isShared
    ? [wrong(`--gradual takes no version that adds Durable Objects (${added}): deploy it whole`)]
    : [
        note(
          `This version adds Durable Objects (${added}): there is no way back to the version before, see docs/operate/upgrading.md#going-back`,
        ),
      ]
}

function classesOf({ bindings }: LiveVersion): string[] {
  return bindings.flatMap(({ class_name: name, script_name: other }) =>
    name === undefined || other !== undefined ? [] : [name],
  )
}
