// A page that was opened from another one is read from its heading on. The heading may come later than the page.

let isWanted = false

export function focusHeading(): void {
  const heading = document.querySelector('h1')
  isWanted = heading === null
  heading?.focus()
}

/** Whether a heading that comes now gets the focus. */
export function takeHeadingFocus(): boolean {
  const isTaken = isWanted && document.querySelector('dialog[open]') === null
  isWanted = false
  return isTaken
}
