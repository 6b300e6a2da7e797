// The fields of a key.

import { useId } from 'preact/hooks'
import { EMPTY_REPORT } from '../acl/acl.ts'
import { AclEditor } from '../acl/acl-editor.tsx'
import { AclPreview } from '../acl/acl-preview.tsx'
import { AclTools } from '../acl/acl-tools.tsx'
import type { Api } from '../api/api.ts'
import { type Draft } from './draft.ts'
import { type DraftErrors, withScheme } from './draft-errors.ts'
import { ExpiryField } from './expiry-field.tsx'
import { fieldAttributes, Field } from '../controls/field.tsx'
import { LimitField } from './limit-field.tsx'
import * as text from '../messages/panel.ts'
import { PlatformField } from './platform-field.tsx'
import type { Key } from '../api/types.ts'

interface KeyFormProps {
  readonly api: Api
  /** The saved key; undefined for a new one. */
  readonly saved: Key | undefined
  readonly draft: Draft
  readonly errors: DraftErrors
  readonly address: string | null
  /** Whether another key of the account has this name. */
  readonly isTaken: boolean
  /** `errors`: the errors that remain. */
  readonly onChange: (draft: Draft, errors: DraftErrors) => void
}

export function KeyForm({ api, saved, draft, errors, address, isTaken, onChange }: KeyFormProps) {
  const id = useId()

  /** Changes fields, and clears their errors until the next check. */
  function change(part: Partial<Draft>) {
    const rest = Object.entries(errors).filter(([name]) => !Object.hasOwn(part, name))
    onChange({ ...draft, ...part }, Object.fromEntries(rest))
  }

  return (
    <>
      <Field
        id={`${id}-name`}
        label={text.name}
        hint={isTaken ? text.nameTaken : text.nameHint}
        error={errors.application_name}
        onSuggestion={(application_name) => change({ application_name })}
      >
        <input
          {...fieldAttributes(`${id}-name`, errors.application_name)}
          value={draft.application_name}
          required
          autofocus
          autocomplete="off"
          dir="auto"
          maxLength={400}
          onInput={(event) => change({ application_name: event.currentTarget.value })}
        />
      </Field>
      <Field
        id={`${id}-website`}
        label={text.website}
        hint={text.websiteHint}
        isOptional
        error={errors.application_website}
        onSuggestion={(application_website) => change({ application_website })}
      >
        <input
          {...fieldAttributes(`${id}-website`, errors.application_website)}
          type="url"
          inputMode="url"
          value={draft.application_website}
          placeholder="https://"
          autocomplete="off"
          onInput={(event) => change({ application_website: event.currentTarget.value })}
          onBlur={() => {
            const application_website = withScheme(draft.application_website)
            if (application_website !== draft.application_website) change({ application_website })
          }}
        />
      </Field>
      <PlatformField
        id={`${id}-platform`}
        platform={draft.platform}
        error={errors.platform}
        onChange={(platform) => change({ platform })}
      />
      <AclEditor
        acl={draft.ip_acl}
        notes={draft.ip_acl_notes}
        isOpen={draft.isOpen}
        wasClosed={saved !== undefined && saved.ip_acl.length > 0}
        entry={draft.entry}
        report={errors.pasted ?? EMPTY_REPORT}
        error={errors.ip_acl}
        isEnforced={draft.ip_acl_mode === 'enforce'}
        address={address}
        onNotes={(ip_acl_notes) => onChange({ ...draft, ip_acl_notes }, errors)}
        onOpen={(isOpen) => {
          const { ip_acl: _, pasted: __, ...rest } = errors
          onChange({ ...draft, isOpen, entry: isOpen ? '' : draft.entry }, rest)
        }}
        onChange={(ip_acl, entry, pasted, added) => {
          const { ip_acl: _, ...rest } = errors
          // A network that is added is meant to be the only one; what was listed before is not.
          const isSameList = ip_acl === draft.ip_acl || ip_acl.length === 0
          const isOpen = draft.isOpen && isSameList
          const ip_acl_notes = { ...draft.ip_acl_notes, ...added }
          onChange({ ...draft, ip_acl, ip_acl_notes, isOpen, entry }, { ...rest, pasted })
        }}
      />
      {saved !== undefined && (
        <AclPreview api={api} saved={saved} acl={draft.isOpen ? [] : draft.ip_acl} />
      )}
      {!draft.isOpen && (
        <AclTools
          api={api}
          saved={saved}
          acl={draft.ip_acl}
          mode={draft.ip_acl_mode}
          onMode={(ip_acl_mode) => change({ ip_acl_mode })}
          onAdd={(network) => change({ ip_acl: [...draft.ip_acl, network] })}
        />
      )}
      <ExpiryField
        id={`${id}-expiry`}
        expiresAt={draft.expires_at}
        error={errors.expires_at}
        onChange={(expires_at) => change({ expires_at })}
      />
      <LimitField
        id={`${id}-limit`}
        limit={draft.rate_limit}
        error={errors.rate_limit}
        onChange={(rate_limit) => change({ rate_limit })}
      />
    </>
  )
}
