// How many requests a key may make, in its form: any number, or so many in a time.

import { WINDOW_SECONDS } from '../../keys/rate-limit.ts'
import type { FieldError } from './draft-errors.ts'
import { Field, fieldAttributes } from '../controls/field.tsx'
import * as text from '../messages/limit.ts'
import type { LimitDraft } from './rate-limit.ts'

interface LimitFieldProps {
  readonly id: string
  /** Null for no limit. */
  readonly limit: LimitDraft | null
  readonly error: FieldError | undefined
  readonly onChange: (limit: LimitDraft | null) => void
}

const NONE = 'none'

export function LimitField({ id, limit, error, onChange }: LimitFieldProps) {
  function choose(window: string) {
    if (window === NONE) onChange(null)
    else onChange({ requests: limit?.requests ?? '', per_seconds: Number(window) })
  }

  return (
    <Field id={id} label={text.title} hint={text.hint} isOptional error={error}>
      <div class="expiry-field">
        {limit !== null && (
          <input
            id={`${id}-requests`}
            aria-label={text.requestsLabel}
            aria-invalid={error === undefined ? undefined : 'true'}
            aria-describedby={`${id}-error`}
            inputMode="numeric"
            autocomplete="off"
            placeholder="100"
            value={limit.requests}
            onInput={({ currentTarget }) => onChange({ ...limit, requests: currentTarget.value })}
          />
        )}
        <select
          {...fieldAttributes(id, undefined)}
          value={limit === null ? NONE : String(limit.per_seconds)}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          <option value={NONE}>{text.none}</option>
          {WINDOW_SECONDS.map((window) => (
            <option value={window} key={window}>
              {limit === null ? `… ${text.windows[window]}` : text.windows[window]}
            </option>
          ))}
        </select>
      </div>
    </Field>
  )
}
