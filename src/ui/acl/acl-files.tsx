// Imports an IP ACL from a file, which is chosen or dropped onto the IP ACL, and saves it as one.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Notes } from './acl-chips.tsx'
import { toListText } from './acl-text.ts'
import { Icon } from '../controls/icons.tsx'
import { readListFile } from './list-file.ts'
import * as text from '../messages/files.ts'
import { saveTextFile } from '../browser/saved-file.ts'

interface AclFilesProps {
  /** Empty where any address is let in. */
  readonly acl: readonly string[]
  readonly notes: Notes
  /** Takes the text of a file as if it were pasted. */
  readonly onText: (text: string) => void
}

export function AclFiles({ acl, notes, onText }: AclFilesProps) {
  const input = useRef<HTMLInputElement>(null)
  const [fault, setFault] = useState<string | null>(null)
  const latest = useRef(onText)
  latest.current = onText

  async function read(files: FileList | undefined | null) {
    const [file, ...others] = files ?? []
    if (file === undefined) return
    const content = others.length > 0 ? { fault: text.onlyOne } : await readListFile(file)
    setFault('fault' in content ? content.fault : null)
    if ('text' in content) latest.current(content.text)
  }

  useEffect(() => {
    const target = input.current?.closest('fieldset')
    /** Elsewhere the browser would open the file in place of the page. */
    function hold(event: DragEvent) {
      const { dataTransfer } = event
      if (dataTransfer?.types.includes('Files') !== true) return
      event.preventDefault()
      const isHere = event.target instanceof Node && target?.contains(event.target) === true
      dataTransfer.dropEffect = isHere ? 'copy' : 'none'
      if (isHere && event.type === 'drop') void read(dataTransfer.files)
    }
    addEventListener('dragover', hold)
    addEventListener('drop', hold)
    return () => {
      removeEventListener('dragover', hold)
      removeEventListener('drop', hold)
    }
  }, [])

  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".txt,.csv,text/plain,text/csv"
        hidden
        onChange={({ currentTarget }) => {
          void read(currentTarget.files).then(() => {
            currentTarget.value = '' // so that the same file can be chosen again
          })
        }}
      />
      <button type="button" class="link with-icon" onClick={() => input.current?.click()}>
        <Icon>
          <path d="M10 13V4M6 7.5 10 4l4 3.5M4 16h12" />
        </Icon>{' '}
        {text.load}
      </button>
      {acl.length > 0 && (
        <button
          type="button"
          class="link with-icon"
          onClick={() => saveTextFile('ip-acl.txt', toListText(acl, notes))}
        >
          <Icon>
            <path d="M10 4v9M6 9.5l4 3.5 4-3.5M4 16h12" />
          </Icon>{' '}
          {text.save}
        </button>
      )}
      <div class="error" role="alert">
        {fault !== null && <p>{fault}</p>}
      </div>
    </>
  )
}
