// What most visits open from the list. It is fetched with the list, which does not wait for it.

export { RowMenu } from './list/row-menu.tsx'
export { KeyPanel } from './panel/key-panel.tsx'
export { SnippetDialog } from './ready/snippet-dialog.tsx'
