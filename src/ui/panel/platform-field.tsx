// The platform of a key, one of five.

import { PLATFORMS, type Platform } from '../../keys/platform.ts'
import type { FieldError } from './draft-errors.ts'
import * as commonText from '../messages/common.ts'
import * as panelText from '../messages/panel.ts'
import { PlatformIcon } from '../list/platform-icons.tsx'

interface PlatformFieldProps {
  readonly id: string
  /** Empty until one is chosen. */
  readonly platform: Platform | ''
  readonly error: FieldError | undefined
  readonly onChange: (platform: Platform) => void
}

export function PlatformField({ id, platform, error, onChange }: PlatformFieldProps) {
  return (
    <fieldset
      class="field"
      role="radiogroup"
      aria-labelledby={`${id}-label`}
      aria-describedby={`${id}-error`}
      aria-required="true"
      aria-invalid={error === undefined ? undefined : 'true'}
    >
      <legend id={`${id}-label`}>{panelText.platform}</legend>
      <div class="segments">
        {PLATFORMS.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={id}
              value={each}
              checked={each === platform}
              onChange={() => onChange(each)}
            />
            <span>
              <PlatformIcon platform={each} />
              {commonText.platforms[each]}
            </span>
          </label>
        ))}
      </div>
      <p class="error" id={`${id}-error`}>
        {error?.message}
      </p>
    </fieldset>
  )
}
