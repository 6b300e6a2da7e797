// The field of an IP ACL. It takes one entry, or a list that is pasted or dropped. It never holds a long
// text, because each keystroke would read it again; such a text is read at once.

import type { Ref } from 'preact'
import { MAX_FIELD_LENGTH } from './acl.ts'
import * as aclText from '../messages/acl.ts'

interface AclFieldProps {
  readonly fieldRef: Ref<HTMLInputElement>
  readonly id: string
  readonly entry: string
  readonly isInvalid: boolean
  readonly onInput: (entry: string) => void
  readonly onAdd: (text: string) => void
}

export function AclField({ fieldRef, id, entry, isInvalid, onInput, onAdd }: AclFieldProps) {
  /** If the text is no single entry, reads it at once, together with the text around it in the field. */
  function take(event: Event & { currentTarget: HTMLInputElement }, text: string, at: Range) {
    const { value } = event.currentTarget
    const isList = value.trim() === '' && /\S[\s,;]+\S/.test(text.slice(0, MAX_FIELD_LENGTH))
    const isLong = value.length + text.length > MAX_FIELD_LENGTH
    if (!isList && !isLong && !/[\r\n]/.test(text.trim())) return
    event.preventDefault()
    onAdd(`${value.slice(0, at.start)}${text}${value.slice(at.end)}`)
  }

  return (
    <input
      ref={fieldRef}
      id={id}
      class="mono"
      value={entry}
      placeholder={aclText.placeholder}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      aria-describedby={`${id}-error ${id}-hint`}
      aria-invalid={isInvalid ? 'true' : undefined}
      onInput={(event) => {
        const { value } = event.currentTarget
        if (value.length <= MAX_FIELD_LENGTH) return onInput(value)
        event.currentTarget.value = entry
        onAdd(value)
      }}
      onPaste={(event) => {
        const { selectionStart, selectionEnd, value } = event.currentTarget
        const end = value.length
        const at = { start: selectionStart ?? end, end: selectionEnd ?? end }
        take(event, event.clipboardData?.getData('text') ?? '', at)
      }}
      onDrop={(event) => {
        const { length } = event.currentTarget.value
        take(event, event.dataTransfer?.getData('text') ?? '', { start: length, end: length })
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault() // not the form's: Enter adds the entry
        onAdd(entry)
      }}
    />
  )
}

interface Range {
  readonly start: number
  readonly end: number
}
