// The note on a network, beside it; a long one has a line of its own.

/** So many letters of both are one line of a phone. */
const ONE_LINE = 30

interface ChipNoteProps {
  readonly network: string
  readonly note: string
}

export function ChipNote({ network, note }: ChipNoteProps) {
  if (note === '') return null
  const isLong = network.length + note.length > ONE_LINE
  return <bdi class={isLong ? 'chip-note long' : 'chip-note'}>{note}</bdi>
}
