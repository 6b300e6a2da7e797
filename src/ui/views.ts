// The views that are no part of what the list waits for.

import { lazy } from './browser/lazy.tsx'
import { preloadProviderDialogs } from './confirm/provider-dialogs.ts'
import type { Session } from './api/types.ts'

const activity = lazy(async () => (await import('./activity/activity-page.tsx')).ActivityPage, true)
const sessions = lazy(async () => (await import('./account/sessions-page.tsx')).SessionsPage, true)
const security = lazy(async () => (await import('./security/security-page.tsx')).SecurityPage, true)
const logInCode = lazy(async () => (await import('./log-in/log-in-code.tsx')).LogInCode, false)
const users = lazy(async () => (await import('./account/users-page.tsx')).UsersPage, true)
const keyView = lazy(async () => (await import('./key/key-view.tsx')).KeyView, true)
const keyPanel = lazy(async () => (await import('./panel/key-panel.tsx')).KeyPanel, false)
const snippetDialog = lazy(
  async () => (await import('./ready/snippet-dialog.tsx')).SnippetDialog,
  false,
)
const rotatePanel = lazy(
  async () => (await import('./rotation/rotate-panel.tsx')).RotatePanel,
  false,
)

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
