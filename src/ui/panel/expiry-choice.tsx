// Chooses when a key ends: a preset, or a day of the reader's own calendar, whose end is meant.

import { useId, useState } from 'preact/hooks'
import { endOfDay, inDays } from './expiry.ts'
import * as text from '../messages/life.ts'
import * as commonText from '../messages/common.ts'

interface ExpiryChoiceProps {
  readonly isDisabled: boolean
  /** Null for never; RFC 3339. */
  readonly onChoose: (time: string | null) => void
}

export function ExpiryChoice({ isDisabled, onChoose }: ExpiryChoiceProps) {
  const id = useId()
  const [day, setDay] = useState<string | null>(null)
  const [isWrong, setWrong] = useState(false)

  function choose(preset: string) {
    if (preset === 'date') return setDay('')
    if (preset === 'never') return onChoose(null)
    return onChoose(inDays(Number(preset)))
  }

  if (day === null) {
    return (
      <label class="move-end">
        <span class="visually-hidden">{text.setExpiry}</span>
        <select
          value=""
          disabled={isDisabled}
          onChange={({ currentTarget }) => {
            const preset = currentTarget.value
            currentTarget.value = ''
            choose(preset)
          }}
        >
          <option value="">{text.choose}</option>
          {Object.entries(text.presets).map(([preset, label]) => (
            <option key={preset} value={preset}>
              {label}
            </option>
          ))}
        </select>
      </label>
    )
  }
  return (
    <form
      class="expiry-date"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const time = endOfDay(day)
        setWrong(time === null)
        if (time === null) return
        setDay(null)
        onChoose(time)
      }}
    >
      <label for={`${id}-day`}>{text.date}</label>
      <input
        id={`${id}-day`}
        type="date"
        value={day}
        autofocus
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-error` : undefined}
        onInput={({ currentTarget }) => setDay(currentTarget.value)}
      />
      <button type="submit" class="button" disabled={isDisabled}>
        {text.save}
      </button>
      <button type="button" class="button" onClick={() => setDay(null)}>
        {commonText.cancel}
      </button>
      {isWrong && (
        <p class="error" id={`${id}-error`} role="alert">
          {text.dateInvalid}
        </p>
      )}
    </form>
  )
}
