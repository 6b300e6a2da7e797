import type { ListedKey } from './key-list.ts'

/** What can be done with a key of the list. */
export interface RowActions {
  readonly onReveal: (key: ListedKey) => void
  readonly onHide: () => void
  /** Answers whether the token was copied. */
  readonly onCopy: (key: ListedKey) => Promise<boolean>
  readonly onMenu: (key: ListedKey) => void
  readonly onSnippets: (key: ListedKey) => void
  /** `networks`: what to put on the IP ACL in the form, to be looked at before it is saved. */
  readonly onEdit: (key: ListedKey, networks?: readonly string[]) => void
  readonly onDelete: (key: ListedKey) => void
}
