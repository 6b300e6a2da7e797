// The views that are no part of what the list waits for.

import { lazyViews } from './browser/lazy.tsx'

const formViews = lazyViews(() => import('./form-views.ts'))
const keyViews = lazyViews(() => import('./key-views.ts'))
const accountViews = lazyViews(() => import('./account-views.ts'))

export const KeyPanel = formViews.dialog((views) => views.KeyPanel)
export const RowMenu = formViews.dialog((views) => views.RowMenu)
export const SnippetDialog = formViews.dialog((views) => views.SnippetDialog)

export const ActivityPage = keyViews.page((views) => views.ActivityPage)
export const KeyView = keyViews.page((views) => views.KeyView)
export const RotatePanel = keyViews.dialog((views) => views.RotatePanel)

export const SessionsPage = accountViews.page((views) => views.SessionsPage)
export const UsersPage = accountViews.page((views) => views.UsersPage)
export const SecurityPage = accountViews.page((views) => views.SecurityPage)
export const LogInCode = accountViews.dialog((views) => views.LogInCode)

/**
 * Fetches the form of a key, beside what is read first. It is there with the list: somebody may type as soon as it was
 * asked for.
 */
export const preloadForm = formViews.preload
