// The IP ACL of a key: chips, a field that takes one entry or a pasted list, and one click for each
// suggestion. What cannot be added stays in the field, to be mended there.

import { useId, useRef, useState } from 'preact/hooks'
import { ENTRY_WARNINGS, entryWarnings } from '../keys/entry-warnings.ts'
import { addEntries, type EntryFault, judge, listed, networkOfAddress } from './acl.ts'
import { announce } from './announce.tsx'
import type { FieldError } from './draft.ts'
import { CloseIcon, PlusIcon, WarningIcon } from './icons.tsx'
import { messages } from './messages.ts'

interface AclEditorProps {
  readonly acl: readonly string[]
  /** What stands in the field. */
  readonly entry: string
  readonly faults: readonly EntryFault[]
  readonly error?: FieldError | undefined
  /** Whether the list keeps out, and does not only report. */
  readonly isEnforced: boolean
  /** The address that the customer is on now. */
  readonly address: string | null
  readonly onChange: (acl: readonly string[], entry: string, faults: readonly EntryFault[]) => void
}

export function AclEditor(props: AclEditorProps) {
  const { acl, entry, faults, error, isEnforced, address, onChange } = props
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [isEmpty, setEmpty] = useState(false)
  const text = messages.acl
  const mine = networkOfAddress(address)
  const several = faults.filter(({ suggestions }) => suggestions.length > 0)

  function add(typed: string, from = acl) {
    const result = addEntries(from, typed)
    setEmpty(typed.trim() === '')
    onChange(result.acl, result.faults.map((fault) => fault.entry).join(', '), result.faults)
    const [duplicate] = result.duplicates
    if (result.added.length > 0) announce(text.added(result.added.length))
    else if (duplicate !== undefined) announce(text.duplicate(duplicate))
  }

  /** Takes the suggestions of some faults; the others stay in the field. */
  function accept(accepted: readonly EntryFault[]) {
    const rest = faults.filter((fault) => !accepted.includes(fault)).map((fault) => fault.entry)
    add([...accepted.flatMap(({ suggestions }) => suggestions), ...rest].join(', '))
    field.current?.focus()
  }

  function remove(removed: string) {
    onChange(
      acl.filter((network) => network !== removed),
      entry,
      faults,
    )
    announce(text.removed(removed))
    field.current?.focus()
  }

  return (
    <fieldset class="field acl" aria-describedby={`${id}-hint`}>
      <legend>
        {text.label} <span class="optional">({messages.panel.optional})</span>
      </legend>
      <p class="hint" id={`${id}-hint`}>
        {text.hint}
      </p>
      {acl.length > 0 && (
        <div class="acl-list">
          <ul class="chips" aria-label={text.list}>
            {acl.map((network) => (
              <li class="chip" key={network}>
                <span>{network}</span>
                <button
                  type="button"
                  aria-label={text.remove(network)}
                  title={text.remove(network)}
                  onClick={() => remove(network)}
                >
                  <CloseIcon />
                </button>
              </li>
            ))}
          </ul>
          {acl.length > 1 && (
            <p class="acl-count">
              <span>{text.count(acl.length)}</span>
              <button type="button" class="link" onClick={() => onChange([], entry, faults)}>
                {text.removeAll}
              </button>
            </p>
          )}
        </div>
      )}
      <div class="acl-add">
        <label class="visually-hidden" for={id}>
          {text.entry}
        </label>
        <input
          ref={field}
          id={id}
          class="mono"
          value={entry}
          placeholder={text.placeholder}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby={`${id}-error ${id}-hint`}
          aria-invalid={faults.length > 0 || error !== undefined || isEmpty ? 'true' : undefined}
          onInput={(event) => {
            setEmpty(false)
            onChange(acl, event.currentTarget.value, [])
          }}
          onPaste={(event) => {
            const pasted = event.clipboardData?.getData('text') ?? ''
            if (entry.trim() !== '' || !/[\s,;]/.test(pasted.trim())) return
            event.preventDefault()
            add(pasted)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault() // not the form's: Enter adds the entry
            add(entry)
          }}
        />
        <button type="button" class="button" onClick={() => (add(entry), field.current?.focus())}>
          {text.add}
        </button>
      </div>
      <div class="error" id={`${id}-error`} role="alert">
        {isEmpty && <p>{text.empty}</p>}
        {error !== undefined && <p>{error.message}</p>}
        {faults.map((fault) => (
          <p key={fault.entry}>
            {fault.message}{' '}
            {fault.suggestions.length > 0 && (
              <button type="button" class="suggestion" onClick={() => accept([fault])}>
                {text.use(listed(fault.suggestions))}
              </button>
            )}
          </p>
        ))}
        {several.length > 1 && (
          <p>
            <button type="button" class="suggestion" onClick={() => accept(several)}>
              {text.useAll(several.length)}
            </button>
          </p>
        )}
      </div>
      {mine !== null && !acl.includes(mine) && (
        <button
          type="button"
          class="link with-icon"
          onClick={() => onChange([...acl, mine], entry, faults)}
        >
          <PlusIcon /> {text.addMine(mine)}
        </button>
      )}
      <div class="acl-notices" role="status">
        {isEnforced && address !== null && judge(acl, address)?.allowed === false && (
          <p class="notice warning">
            <WarningIcon /> <span>{text.leavesOut(address)}</span>
          </p>
        )}
        {warningsOf(acl).map((warning) => (
          <p class="notice warning" key={warning}>
            <WarningIcon /> <span>{warning}</span>
          </p>
        ))}
      </div>
    </fieldset>
  )
}

/** What is lawful and probably not meant, by the same rules as the API's `warnings`. */
function warningsOf(acl: readonly string[]): string[] {
  const found = entryWarnings(acl)
  return ENTRY_WARNINGS.flatMap((code) => {
    const warned = found.filter((warning) => warning.code === code)
    const entries = warned.map(({ pointer }) => acl[Number(pointer.split('/')[2])] ?? '')
    return entries.length === 0 ? [] : [messages.acl.warnings[code](listed(entries))]
  })
}
