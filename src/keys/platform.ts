/** What a key's application runs on, as its owner says. */
export const PLATFORMS = ['web', 'mobile', 'desktop', 'server', 'other'] as const
export type Platform = (typeof PLATFORMS)[number]
