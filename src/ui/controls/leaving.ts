// The way out of a dialog: its backdrop fades, and a panel slides back. What moves is an empty likeness of it,
// because what the dialog held, such as a token, is gone at once.

/** A panel slides in from the right, a prompt appears in the middle, and a sheet at the lower edge. */
export type DialogShape = 'panel' | 'prompt' | 'sheet'

const DURATION_MS = 160

/** To be called when a dialog closes. Does nothing for people who prefer less motion. */
export function showLeaving(shape: DialogShape): void {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return
  const backdrop = document.createElement('div')
  backdrop.className = 'leaving'
  backdrop.ariaHidden = 'true'
  document.body.append(backdrop)
  if (shape === 'panel') {
    const panel = document.createElement('div')
    panel.className = 'leaving-panel'
    backdrop.append(panel)
    panel.animate({ translate: ['0', '100% 0'] }, { duration: DURATION_MS, easing: 'ease-in' })
  }
  const { finished } = backdrop.animate({ opacity: [1, 0] }, DURATION_MS)
  void finished.finally(() => backdrop.remove())
}
