// The entries of an IP ACL as chips, each with its note. There can be 1,000, so each is drawn once and not with
// every edit.

import { useRef, useState } from 'preact/hooks'
import { CloseIcon, NoteIcon } from '../controls/icons.tsx'
import { ChipNote } from './chip-note.tsx'
import { memo } from '../browser/memo.ts'
import * as text from '../messages/acl.ts'

export type Notes = Readonly<Record<string, string>>

interface AclChipsProps {
  readonly acl: readonly string[]
  readonly notes: Notes
  /** Must be the same functions each time, so that the chips are not drawn again. */
  readonly onRemove: (network: string) => void
  readonly onNote: (network: string, note: string) => void
}

const MAX_NOTE_LENGTH = 100

export const AclChips = memo(function AclChips({ acl, notes, onRemove, onNote }: AclChipsProps) {
  return (
    <ul class="chips" aria-label={text.list}>
      {acl.map((network) => (
        <Chip key={network} note={notes[network] ?? ''} {...{ network, onRemove, onNote }} />
      ))}
    </ul>
  )
})

interface ChipProps extends Pick<AclChipsProps, 'onRemove' | 'onNote'> {
  readonly network: string
  readonly note: string
}

const Chip = memo(function Chip({ network, note, onRemove, onNote }: ChipProps) {
  const [isEditing, setEditing] = useState(false)
  const [label, noteLabel] = [
    text.remove(network),
    note === '' ? text.addNote(network) : text.editNote(network),
  ]

  return (
    <li class="chip">
      <span>{network}</span>
      {isEditing ? (
        <NoteField
          {...{ network, note }}
          onEnd={(next, chip) => {
            if (next !== null) onNote(network, next)
            setEditing(false)
            chip?.querySelector('button')?.focus()
          }}
        />
      ) : (
        <>
          <ChipNote {...{ network, note }} />
          <button
            type="button"
            aria-label={noteLabel}
            title={noteLabel}
            onClick={() => setEditing(true)}
          >
            <NoteIcon />
          </button>
        </>
      )}
      <button type="button" aria-label={label} title={label} onClick={() => onRemove(network)}>
        <CloseIcon />
      </button>
    </li>
  )
})

interface NoteFieldProps {
  readonly network: string
  readonly note: string
  /** Null leaves the note as it is. `chip` gets the focus, if it was the keyboard that ended it. */
  readonly onEnd: (note: string | null, chip?: Element | null) => void
}

function NoteField({ network, note, onEnd }: NoteFieldProps) {
  /** A field that goes loses the focus, which must not end it a second time. */
  const isOver = useRef(false)
  return (
    <input
      class="note-field"
      aria-label={text.note(network)}
      defaultValue={note}
      maxLength={MAX_NOTE_LENGTH}
      autofocus
      autocomplete="off"
      dir="auto"
      ref={(field) => field?.focus()}
      onBlur={({ currentTarget }) => {
        if (!isOver.current) onEnd(currentTarget.value.trim())
      }}
      onKeyDown={(event) => {
        const { currentTarget: field, key } = event
        if (key !== 'Enter' && key !== 'Escape') return
        event.preventDefault() // neither the form's nor the panel's
        event.stopPropagation()
        isOver.current = true
        onEnd(key === 'Enter' ? field.value.trim() : null, field.closest('li'))
      }}
    />
  )
}
