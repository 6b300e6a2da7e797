// The IP ACL of a key: a choice, the networks, a field that takes one entry or a pasted list, and a button for each
// suggestion. An entry that cannot be added stays in the field, unless it is too long for the field.

import { useCallback, useId, useRef, useState } from 'preact/hooks'
import {
  type AclReport,
  addEntries,
  type EntryFault,
  isUnresolved,
  MAX_ENTRIES,
  EMPTY_REPORT,
  reportFaults,
} from './acl.ts'
import { networksOfAddress } from './acl-addresses.ts'
import type { Notes } from './acl-chips.tsx'
import { AclChoice } from './acl-choice.tsx'
import { AclField } from './acl-field.tsx'
import { AclFiles } from './acl-files.tsx'
import { AclList } from './acl-list.tsx'
import { AclFaults, AclLeftOut } from './acl-report.tsx'
import { readNotedText } from './acl-text.ts'
import { AclWarnings } from './acl-warnings.tsx'
import { announce } from '../controls/announce.tsx'
import type { FieldError } from '../panel/draft-errors.ts'
import { PlusIcon } from '../controls/icons.tsx'
import * as text from '../messages/acl.ts'
import * as pageText from '../messages/page.ts'
import * as panelText from '../messages/panel.ts'

interface AclEditorProps {
  readonly acl: readonly string[]
  /** By network; also of networks that are not on the list any more. */
  readonly notes: Notes
  /** Whether "Any address" is chosen. The list is kept, so that the choice can be taken back. */
  readonly isOpen: boolean
  /** Whether the saved key has networks, so that an empty list opens it to everybody. */
  readonly wasClosed: boolean
  /** The text of the field. */
  readonly entry: string
  readonly report: AclReport
  readonly error?: FieldError | undefined
  /** Whether the list refuses requests, and does not only report them. */
  readonly isEnforced: boolean
  /** The customer's current address. */
  readonly address: string | null
  readonly onNotes: (notes: Notes) => void
  readonly onOpen: (isOpen: boolean) => void
  /** `added`: notes on networks of the new list. */
  readonly onChange: (
    acl: readonly string[],
    entry: string,
    report: AclReport,
    added?: Notes,
  ) => void
}

export function AclEditor(props: AclEditorProps) {
  const { acl, notes, isOpen, wasClosed, entry, report, error, isEnforced, address } = props
  const { onOpen, onChange } = props
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [isEmpty, setEmpty] = useState(false)
  const latest = useRef(props)
  latest.current = props
  const mine = networksOfAddress(address).filter((network) => isOpen || !acl.includes(network))
  const isBlocked = isUnresolved(report, acl)
  const isInField = report.isInField && report.faults.length > 0

  function add(typed: string) {
    const noted = readNotedText(typed)
    const result = addEntries(isOpen ? [] : acl, noted?.networks ?? typed, report)
    setEmpty(typed.trim() === '')
    onChange(result.acl, result.entry, result.report, noted?.notes)
    const [duplicate] = result.duplicates
    if (result.added.length > 0) announce(text.added(result.added.length))
    else if (duplicate !== undefined) announce(text.duplicate(duplicate))
  }

  /** Adds the suggestions of some faults. The other faults stay. */
  function accept(accepted: readonly EntryFault[]) {
    const taken = new Set(accepted)
    const rest = report.faults.filter((fault) => !taken.has(fault))
    const networks = accepted.flatMap(({ suggestions }) => suggestions)
    const next = [...new Set([...(isOpen ? [] : acl), ...networks])]
    const left = reportFaults(rest, report)
    if (next.length > MAX_ENTRIES) {
      const tooMany = { networks, count: networks.length }
      onChange(acl, isInField ? left.entry : entry, { ...left.report, tooMany })
    } else {
      onChange(next, isInField ? left.entry : entry, left.report)
      announce(text.added(next.length - acl.length))
    }
    field.current?.focus()
  }

  function replaceAll(next: readonly string[]) {
    onChange(next, entry, { ...report, tooMany: null })
    announce(text.replaced(next.length))
    field.current?.focus()
  }

  const remove = useCallback((network: string) => {
    const { acl: before, entry: typed, report: open, onChange: change } = latest.current
    change(
      before.filter((each) => each !== network),
      typed,
      open,
    )
    announce(text.removed(network))
    field.current?.focus()
  }, [])

  const setNote = useCallback((network: string, note: string) => {
    const { notes: before, onNotes } = latest.current
    const { [network]: old = '', ...others } = before
    if (old !== note) onNotes(note === '' ? others : { ...before, [network]: note })
  }, [])

  return (
    <fieldset class="field acl" aria-describedby={`${id}-hint`}>
      <legend>
        {text.label} <span class="optional">({panelText.optional})</span>
      </legend>
      <AclChoice isOpen={isOpen} wasClosed={wasClosed} onOpen={onOpen} />
      <p class="hint" id={`${id}-hint`}>
        {isOpen ? text.hintOpen : isEnforced ? text.hint : text.hintReport}
      </p>
      {!isOpen && (
        <AclList {...{ acl, notes }} onRemove={remove} onNote={setNote} onReplace={replaceAll} />
      )}
      <div class="acl-add">
        <label class="visually-hidden" for={id}>
          {text.entryLabel}
        </label>
        <AclField
          fieldRef={field}
          id={id}
          entry={entry}
          isInvalid={isBlocked || error !== undefined || isEmpty}
          onInput={(typed) => {
            setEmpty(false)
            onChange(acl, typed, isInField ? { ...report, faults: [] } : report)
          }}
          onAdd={add}
        />
        <button type="button" class="button" onClick={() => (add(entry), field.current?.focus())}>
          {text.add}
        </button>
      </div>
      <div class="error" id={`${id}-error`} role="alert">
        {isEmpty && <p>{text.empty}</p>}
        {error !== undefined && <p>{error.message}</p>}
        <AclFaults acl={acl} report={report} onAccept={accept} onReplace={replaceAll} />
      </div>
      <div class="acl-notices" role="status">
        <AclLeftOut leftOut={report.leftOut} />
      </div>
      {(report.leftOut.length > 0 || (isBlocked && !isInField)) && (
        <button
          type="button"
          class="link"
          onClick={() => {
            onChange(acl, entry, isInField ? { ...report, leftOut: [] } : EMPTY_REPORT)
            field.current?.focus()
          }}
        >
          {isBlocked && !isInField ? text.discard : pageText.dismiss}
        </button>
      )}
      {mine.map((network) => (
        <button
          type="button"
          class="link with-icon"
          key={network}
          onClick={() => {
            onChange([...(isOpen ? [] : acl), network], entry, report)
            field.current?.focus() // the button goes
          }}
        >
          <PlusIcon /> {text.addMine(network)}
        </button>
      ))}
      <div class="acl-files">
        <AclFiles acl={isOpen ? [] : acl} notes={notes} onText={add} />
      </div>
      <div class="acl-notices" role="status">
        {!isOpen && <AclWarnings acl={acl} address={isEnforced ? address : null} />}
      </div>
    </fieldset>
  )
}
