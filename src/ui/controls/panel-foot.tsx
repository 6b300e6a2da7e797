import * as conflictText from '../messages/conflict.ts'
import * as text from '../messages/panel.ts'
import * as commonText from '../messages/common.ts'

interface PanelFootProps {
  readonly isNew: boolean
  /** The edited key was deleted, so that only a new one can be made of the input. */
  readonly isGone: boolean
  readonly isBusy: boolean
  readonly onCancel: () => void
  readonly onCreateInstead: () => void
}

/** The buttons of the panel. */
export function PanelFoot({ isNew, isGone, isBusy, onCancel, onCreateInstead }: PanelFootProps) {
  return (
    <footer class="dialog-foot actions">
      <button type="button" class="button" aria-disabled={isBusy} onClick={onCancel}>
        {commonText.cancel}
      </button>
      {isGone ? (
        <button key="again" type="button" class="button primary" onClick={onCreateInstead}>
          {conflictText.createInstead}
        </button>
      ) : (
        <button
          key="submit" // its own key: the same click must not submit a button that replaces this one
          type="submit"
          class="button primary"
          aria-disabled={isBusy}
          aria-busy={isBusy}
        >
          {isBusy ? text.saving : isNew ? text.create : text.save}
        </button>
      )}
    </footer>
  )
}
