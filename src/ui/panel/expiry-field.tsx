// When a key ends, in its form: never, after a time, or on a day of the reader's own calendar.

import { useState } from 'preact/hooks'
import type { FieldError } from './draft-errors.ts'
import { endOfDay, inDays } from './expiry.ts'
import { Field, fieldAttributes } from '../controls/field.tsx'
import * as text from '../messages/life.ts'
import * as panelText from '../messages/panel.ts'
import { untilText } from '../messages/times.ts'

interface ExpiryFieldProps {
  readonly id: string
  /** RFC 3339; null for never, empty while no right day is chosen. */
  readonly expiresAt: string | null
  readonly error: FieldError | undefined
  readonly onChange: (expiresAt: string | null) => void
}

export function ExpiryField({ id, expiresAt, error, onChange }: ExpiryFieldProps) {
  const [day, setDay] = useState<string | null>(null)
  const isDate = day !== null
  const value = isDate ? 'date' : expiresAt === null ? 'never' : 'kept'

  function choose(preset: string) {
    setDay(preset === 'date' ? '' : null)
    if (preset === 'date') onChange('')
    else if (preset === 'never') onChange(null)
    else if (preset !== 'kept') onChange(inDays(Number(preset)))
  }

  return (
    <Field id={id} label={panelText.expiry} hint={panelText.expiryHint} isOptional error={error}>
      <div class="expiry-field">
        <select
          {...(isDate
            ? { id: `${id}-preset`, 'aria-label': panelText.expiry }
            : fieldAttributes(id, error))}
          value={value}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          {expiresAt !== null && !isDate && (
            <option value="kept">{text.keptOn(untilText(expiresAt))}</option>
          )}
          {Object.entries(text.presets).map(([preset, label]) => (
            <option key={preset} value={preset}>
              {label}
            </option>
          ))}
        </select>
        {isDate && (
          <input
            {...fieldAttributes(id, error)}
            type="date"
            aria-label={text.date}
            value={day}
            onInput={({ currentTarget }) => {
              setDay(currentTarget.value)
              onChange(endOfDay(currentTarget.value) ?? '')
            }}
          />
        )}
      </div>
    </Field>
  )
}
