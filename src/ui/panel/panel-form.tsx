// The form in the panel of a key: what failed, the fields, and the buttons.

import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Api } from '../api/api.ts'
import type { Failure } from '../api/request.ts'
import { DialogBody } from '../controls/dialog.tsx'
import type { Draft } from './draft.ts'
import type { DraftErrors } from './draft-errors.ts'
import { KeyForm } from './key-form.tsx'
import * as conflictText from '../messages/conflict.ts'
import { PanelFoot } from '../controls/panel-foot.tsx'
import { failureText, isCode } from '../messages/problem-text.ts'
import type { Key } from '../api/types.ts'
import { hasNamesake } from '../list/view.ts'

interface PanelFormProps {
  readonly api: Api
  readonly keys: readonly Key[]
  /** The saved key; undefined for a new one. */
  readonly base: Key | undefined
  readonly draft: Draft
  readonly errors: DraftErrors
  readonly failure: Failure | null
  readonly isBusy: boolean
  /** The customer's current address. */
  readonly address: string | null
  /** Rises when errors were found: the first one gets the focus. */
  readonly checks: number
  readonly onChange: (draft: Draft, errors: DraftErrors) => void
  readonly onSubmit: () => void
  readonly onCancel: () => void
  readonly onCreateInstead: () => void
}

export function PanelForm(props: PanelFormProps) {
  const { api, keys, base, draft, errors, failure, isBusy, address, checks } = props
  const { onChange, onSubmit, onCancel, onCreateInstead } = props
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => {
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')
    const field = wrong?.matches('fieldset') === true ? wrong.querySelector('input') : wrong
    field?.focus()
  }, [checks])
  const isNew = base === undefined
  const isGone = failure !== null && !isNew && isCode(failure, 'not_found')
  return (
    <form
      ref={form}
      class="dialog-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <DialogBody isBusy={isBusy}>
        <div role="alert">
          {failure !== null && (
            <div class="notice danger">
              <p>{isGone ? conflictText.gone : failureText(failure)}</p>
            </div>
          )}
        </div>
        <KeyForm
          {...{ api, draft, errors, address, onChange }}
          saved={base}
          isTaken={hasNamesake(keys, draft.application_name, base?.id)}
        />
      </DialogBody>
      <PanelFoot {...{ isNew, isGone, isBusy, onCancel, onCreateInstead }} />
    </form>
  )
}
