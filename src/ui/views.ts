// The views that are no part of what the list waits for.

import { lazy } from './lazy.tsx'
import { preloadProviderDialogs } from './provider-dialogs.ts'
import type { Session } from './types.ts'

const activity = lazy(async () => (await import('./activity-page.tsx')).ActivityPage, true)
const sessions = lazy(async () => (await import('./sessions-page.tsx')).SessionsPage, true)
const security = lazy(async () => (await import('./security-page.tsx')).SecurityPage, true)
const logInCode = lazy(async () => (await import('./log-in-code.tsx')).LogInCode, false)
const users = lazy(async () => (await import('./users-page.tsx')).UsersPage, true)
const keyView = lazy(async () => (await import('./key-view.tsx')).KeyView, true)
const keyPanel = lazy(async () => (await import('./key-panel.tsx')).KeyPanel, false)
const snippetDialog = lazy(async () => (await import('./snippet-dialog.tsx')).SnippetDialog, false)
const rotatePanel = lazy(async () => (await import('./rotate-panel.tsx')).RotatePanel, false)

export const ActivityPage = activity.View
export const SessionsPage = sessions.View
export const SecurityPage = security.View
export const LogInCode = logInCode.View
export const UsersPage = users.View
export const KeyView = keyView.View
export const KeyPanel = keyPanel.View
export const SnippetDialog = snippetDialog.View
export const RotatePanel = rotatePanel.View

/**
 * Fetches the form of a key, beside what is read first. It is there with the list: somebody may type as soon as it
 * was asked for.
 */
export const preloadForm = keyPanel.preload

/** Fetches what is opened from the list, once somebody points at it. */
export function preloadViews(): void {
  keyView.preload()
  rotatePanel.preload()
}

/** Fetches the dialogs over the list, once it stands. */
export function preloadDialogs(confirmBy: Session['confirm_by']): void {
  snippetDialog.preload()
  if (confirmBy === 'identity_provider') preloadProviderDialogs()
}
