/** What the application of a key runs on, as stated by the key's owner. */
export const PLATFORMS = ['web', 'mobile', 'desktop', 'server', 'other'] as const
export type Platform = (typeof PLATFORMS)[number]
