import type { ListedKey } from './key-list.ts'

/** What can be done with a key of the list. */
export interface RowActions {
  readonly onReveal: (key: ListedKey) => void
  readonly onHide: () => void
  /** Answers whether the token was copied. */
  readonly onCopy: (key: ListedKey) => Promise<boolean>
  readonly onSnippets: (key: ListedKey) => void
  readonly onEdit: (key: ListedKey) => void
  readonly onDelete: (key: ListedKey) => void
}
