// The views of keys that are fetched when they are opened. They share most of what they are made of, so they are one file.

export { ActivityPage } from './activity/activity-page.tsx'
export { KeyView } from './key/key-view.tsx'
export { RotatePanel } from './rotation/rotate-panel.tsx'
