// The views of people who log in at an identity provider, fetched when they are needed.

import { lazyViews } from '../browser/lazy.tsx'

const views = lazyViews(() => import('./provider-views.ts'))

export const Confirmed = views.dialog((loaded) => loaded.Confirmed)
export const ProviderPrompt = views.dialog((loaded) => loaded.ProviderPrompt)
export const ProviderLogInAgain = views.dialog((loaded) => loaded.ProviderLogInAgain)

export const preloadProviderDialogs = views.preload
