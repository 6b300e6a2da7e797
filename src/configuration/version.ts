// The version of the worker that runs, as Cloudflare's version metadata tells it.

declare const brand: unique symbol
/** The id that Cloudflare gives a version, a UUID. */
export type VersionId = string & { readonly [brand]: 'VersionId' }

export interface DeployedVersion {
  readonly id: VersionId
  readonly uploadedAtMs: number
}

/** Reads the binding CF_VERSION_METADATA; null outside Cloudflare. */
export function readVersion(metadata: unknown): DeployedVersion | null {
  const { id, timestamp } = (metadata ?? {}) as { id?: unknown; timestamp?: unknown }
  const uploadedAtMs = Date.parse(String(timestamp))
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/i.test(id)) return null
  return Number.isNaN(uploadedAtMs) ? null : { id: id as VersionId, uploadedAtMs }
}
