// Saves a file on the customer's own computer.

/** Has the browser save a text to the folder of downloads. */
export function saveTextFile(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([`${content}\n`], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // Safari reads it after the click
}
