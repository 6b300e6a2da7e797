// The views that are no part of the first page. The form of a key is: somebody may type as soon as it was asked for.

import { lazy } from './lazy.tsx'

const activity = lazy(async () => (await import('./activity-page.tsx')).ActivityPage, true)
const sessions = lazy(async () => (await import('./sessions-page.tsx')).SessionsPage, true)
const security = lazy(async () => (await import('./security-page.tsx')).SecurityPage, true)
const logInCode = lazy(async () => (await import('./log-in-code.tsx')).LogInCode, false)
const users = lazy(async () => (await import('./users-page.tsx')).UsersPage, true)
const keyView = lazy(async () => (await import('./key-view.tsx')).KeyView, true)
const rotatePanel = lazy(async () => (await import('./rotate-panel.tsx')).RotatePanel, false)

export const ActivityPage = activity.View
export const SessionsPage = sessions.View
export const SecurityPage = security.View
export const LogInCode = logInCode.View
export const UsersPage = users.View
export const KeyView = keyView.View
export const RotatePanel = rotatePanel.View

/** Fetches what is opened from the list, once somebody points at it. */
export function preloadViews(): void {
  keyView.preload()
  rotatePanel.preload()
}
