// What only people load who log in at an identity provider.

export { Confirmed } from './confirmed.tsx'
export { ProviderLogInAgain } from './provider-log-in-again.tsx'
export { ProviderPrompt } from './provider-prompt.tsx'
