// A form field with its label, hint and error.

import type { ComponentChildren } from 'preact'
import type { FieldError } from '../panel/draft-errors.ts'
import * as fieldsText from '../messages/fields.ts'
import * as panelText from '../messages/panel.ts'

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly isOptional?: boolean
  readonly error?: FieldError | undefined
  readonly onSuggestion?: (suggestion: string) => void
  readonly children: ComponentChildren
}

export function Field(props: FieldProps) {
  const { id, label, hint, isOptional = false, error, onSuggestion, children } = props
  return (
    <div class="field">
      <label for={id}>
        {label}
        {isOptional && <span class="optional"> ({panelText.optional})</span>}
      </label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <p class="error" id={`${id}-error`}>
        {error?.message}
        {error?.suggestion !== undefined && onSuggestion !== undefined && (
          <button type="button" class="link" onClick={() => onSuggestion(error.suggestion ?? '')}>
            {fieldsText.use(error.suggestion)}
          </button>
        )}
      </p>
    </div>
  )
}

/** The attributes that link a field to its hint and its error. */
export function fieldAttributes(id: string, error: FieldError | undefined) {
  return {
    id,
    'aria-describedby': `${id}-error ${id}-hint`,
    'aria-invalid': error === undefined ? undefined : ('true' as const),
  }
}
