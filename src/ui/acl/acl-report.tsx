// The report about a text that was typed or pasted into an IP ACL: its faults, suggestions, and the lines
// that were left out. Of many, only the first are shown, with the number of the others.

import type { LeftOut } from '../../keys/pasted-item.ts'
import { useMemo } from 'preact/hooks'
import {
  type AclReport,
  type EntryFault,
  fit,
  listNetworks,
  MAX_ENTRIES,
  shorten,
  type TooMany,
} from './acl.ts'
import { WarningIcon } from '../controls/icons.tsx'
import * as text from '../messages/acl.ts'

/** If there are more faults, only the first FEW_FAULTS are shown. */
const MAX_FAULTS = 10
const FEW_FAULTS = 3
const MAX_LEFT_OUT = 3

interface AclFaultsProps {
  readonly acl: readonly string[]
  readonly report: AclReport
  /** Takes the suggestions of some faults. */
  readonly onAccept: (faults: readonly EntryFault[]) => void
  /** Replaces the whole list. */
  readonly onReplace: (acl: readonly string[]) => void
}

export function AclFaults({ acl, report, onAccept, onReplace }: AclFaultsProps) {
  const { faults, tooMany } = report
  const several = faults.filter(({ suggestions }) => suggestions.length > 0)
  // Faults with a suggestion come first, because one click corrects them.
  const isMany = faults.length > MAX_FAULTS
  const first = isMany && several.length > 0 ? several : faults
  const shown = isMany ? first.slice(0, FEW_FAULTS) : first
  const rest = faults.length - shown.length
  return (
    <>
      {tooMany !== null && <TooManyEntries {...{ acl, tooMany, onReplace }} />}
      {several.length > 1 && (
        <p>
          {text.fixable(several.length)}{' '}
          <button type="button" class="suggestion" onClick={() => onAccept(several)}>
            {text.useAll(several.length)}
          </button>
        </p>
      )}
      {shown.map((fault, index) => (
        <p key={`${index} ${fault.message}`}>
          {fault.message}{' '}
          {fault.suggestions.length > 0 && (
            <button type="button" class="suggestion" onClick={() => onAccept([fault])}>
              {text.use(listNetworks(fault.suggestions))}
            </button>
          )}
        </p>
      ))}
      {shown.some(({ suggestions }) => suggestions.length === 0) && <p>{text.example}</p>}
      {rest > 0 && <p>{text.moreFaults(rest)}</p>}
    </>
  )
}

interface TooManyProps extends Pick<AclFaultsProps, 'acl' | 'onReplace'> {
  readonly tooMany: TooMany
}

function TooManyEntries({ acl, tooMany, onReplace }: TooManyProps) {
  const { networks } = tooMany
  const fitted = useMemo(() => (networks === null ? null : fit(acl, networks)), [acl, networks])
  if (fitted === null) return <p>{text.tooMuch(tooMany.count)}</p>
  const { count, entries } = fitted
  const isMerged = entries !== null && entries.length < count
  return (
    <>
      {count > MAX_ENTRIES && <p>{text.tooMany(count)}</p>}
      <p>
        {entries === null ? text.notMergeable : isMerged ? text.mergeHint : text.fits(count)}{' '}
        {entries !== null && (
          <button type="button" class="suggestion" onClick={() => onReplace(entries)}>
            {isMerged ? text.merge(count, entries.length) : text.useList(count)}
          </button>
        )}
      </p>
    </>
  )
}

/** The lines that were left out, grouped by reason. */
export function AclLeftOut({ leftOut }: { readonly leftOut: readonly LeftOut[] }) {
  return (
    <>
      {(['denied', 'comment'] as const).map((why) => {
        const lines = leftOut.filter((line) => line.why === why).map((line) => line.text)
        if (lines.length === 0) return null
        return (
          <p class="notice warning" key={why}>
            <WarningIcon /> <span>{text.leftOut[why](linesText(lines))}</span>
          </p>
        )
      })}
    </>
  )
}

function linesText(lines: readonly string[]): string {
  const first = lines
    .slice(0, MAX_LEFT_OUT)
    .map((line) => text.quoted(shorten(line)))
    .join(', ')
  const rest = lines.length - MAX_LEFT_OUT
  return rest > 0 ? text.andMore(first, rest) : first
}
