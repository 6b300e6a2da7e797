// Tools for an IP ACL: a test for one address, the mode that only reports, and the addresses that were
// refused lately. Without a network there is nothing to enforce or to test.

import { useId, useMemo, useRef, useState } from 'preact/hooks'
import { IP_ACL_MODES } from '../../keys/key-record.ts'
import { checkAddress, findExcluded, modeOfDenials, networkOfAddress } from './acl-addresses.ts'
import type { Api } from '../api/api.ts'
import { useAnswer } from '../api/use-answer.ts'
import { isSame } from '../panel/draft.ts'
import * as text from '../messages/acl.ts'
import * as panelText from '../messages/panel.ts'
import { failureText, isCode } from '../messages/problem-text.ts'
import { exactTime, minuteOf } from '../messages/times.ts'
import type { AddressCheck, Denial, IpAclMode, Key } from '../api/types.ts'

interface AclToolsProps {
  readonly api: Api
  /** The saved key; undefined for a new one. */
  readonly saved: Key | undefined
  readonly acl: readonly string[]
  readonly mode: IpAclMode
  readonly onMode: (mode: IpAclMode) => void
  readonly onAdd: (network: string) => void
}

export function AclTools({ api, saved, acl, mode, onMode, onAdd }: AclToolsProps) {
  return (
    <>
      {acl.length > 0 && (
        <>
          <ModeChoice mode={mode} onMode={onMode} />
          <AddressTest api={api} saved={saved} acl={acl} />
        </>
      )}
      {saved !== undefined && <Denials {...{ api, saved, acl, mode, onAdd }} />}
    </>
  )
}

function ModeChoice({ mode, onMode }: Pick<AclToolsProps, 'mode' | 'onMode'>) {
  const name = useId()
  return (
    <fieldset class="field modes">
      <legend>{panelText.aclMode}</legend>
      {IP_ACL_MODES.map((each) => (
        <label class="check" key={each}>
          <input type="radio" name={name} checked={mode === each} onChange={() => onMode(each)} />
          <span>{text.modeChoice[each]}</span>
        </label>
      ))}
    </fieldset>
  )
}

function AddressTest({ api, saved, acl }: Pick<AclToolsProps, 'api' | 'saved' | 'acl'>) {
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [verdict, setVerdict] = useState<string | null>(null)

  async function test() {
    const address = field.current?.value.trim() ?? ''
    // The gateway checks a saved list. A list that is not saved yet is checked here, by the same code.
    const isSaved = saved !== undefined && isSame(saved.ip_acl, acl)
    if (!isSaved) return setVerdict(verdictText(address, checkAddress(acl, address)))
    const answer = await api.checkAddress(saved.id, address)
    if (answer.ok) return setVerdict(verdictText(address, answer.value))
    const isInvalid = isCode(answer.error, 'validation_failed')
    setVerdict(isInvalid ? text.addressInvalid : failureText(answer.error))
  }

  return (
    <div class="field">
      <label for={id}>{text.test}</label>
      <div class="acl-add">
        <input
          ref={field}
          id={id}
          class="mono"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby={`${id}-verdict`}
          onInput={() => setVerdict(null)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault() // not the form's
            void test()
          }}
        />
        <button type="button" class="button" onClick={() => void test()}>
          {text.testing}
        </button>
      </div>
      <p class="hint" id={`${id}-verdict`} role="status">
        {verdict}
      </p>
    </div>
  )
}

function verdictText(address: string, check: Omit<AddressCheck, 'mode'> | null): string {
  if (check === null) return text.addressInvalid
  if (!check.allowed) return text.refused(address)
  return check.entry === null ? text.allowed(address) : text.allowedBy(address, check.entry)
}

const NONE: readonly Denial[] = []

interface DenialsProps extends Pick<AclToolsProps, 'api' | 'acl' | 'mode' | 'onAdd'> {
  readonly saved: Key
}

function Denials({ api, saved, acl, mode, onAdd }: DenialsProps) {
  const denials = useAnswer(() => api.listDenials(saved.id), [saved.id])?.denials ?? NONE
  // Computed again with each edit of the list, and not with each letter typed elsewhere.
  const missing = useMemo(() => {
    const addresses = denials.map(({ address }) => address)
    const isOut = findExcluded(acl, addresses)
    return addresses.map((address) =>
      address !== null && isOut.has(address) ? networkOfAddress(address) : null,
    )
  }, [denials, acl])
  if (denials.length === 0) return null
  return (
    <section class="field" tabIndex={-1}>
      <h3>{text.denials[modeOfDenials(denials, mode)]}</h3>
      <ul class="denials">
        {denials.map(({ address, count, last_at: last }, index) => {
          const network = missing[index] ?? null
          return (
            <li key={address}>
              <span class="mono">{address ?? text.unreadable}</span>
              <span class="hint" title={exactTime(last)}>
                {text.denied(count, minuteOf(last))}
              </span>
              {network !== null && (
                <button
                  type="button"
                  class="link"
                  aria-label={text.addDenied(network)}
                  onClick={(event) => {
                    // The button goes, and the next one gets the focus.
                    const item = event.currentTarget.closest('li')
                    const next = item?.nextElementSibling ?? item?.previousElementSibling
                    const heir = next?.querySelector('button') ?? item?.closest('section')
                    heir?.focus()
                    onAdd(network)
                  }}
                >
                  {text.add}
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
