// The version of the worker, for each line of the log. An isolate runs one version, so it is noted once.

import type { VersionId } from '../configuration/version.ts'

let version: VersionId | undefined

/** Has each line from here on name the version. */
export function noteVersion(id: VersionId | undefined): void {
  version = id
}

export function loggedVersion(): VersionId | undefined {
  return version
}
