// The views of keys that the list does not wait for. They share most of what they are made of, so they are one file.

export { ActivityPage } from './activity/activity-page.tsx'
export { KeyView } from './key/key-view.tsx'
export { RowMenu } from './list/row-menu.tsx'
export { KeyPanel } from './panel/key-panel.tsx'
export { SnippetDialog } from './ready/snippet-dialog.tsx'
export { RotatePanel } from './rotation/rotate-panel.tsx'
