// What only people need who log in at an identity provider.

import { lazy } from '../browser/lazy.tsx'

const prompt = lazy(async () => (await import('./provider-prompt.tsx')).ProviderPrompt, false)
const logIn = lazy(
  async () => (await import('./provider-log-in-again.tsx')).ProviderLogInAgain,
  false,
)

export const ProviderPrompt = prompt.View
export const ProviderLogInAgain = logIn.View

export function preloadProviderDialogs(): void {
  prompt.preload()
  logIn.preload()
}
