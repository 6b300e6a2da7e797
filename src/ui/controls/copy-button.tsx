// A button that copies and then shows that it did.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { CheckIcon, CopyIcon } from './icons.tsx'
import * as commonText from '../messages/common.ts'

const SHOWN_MS = 2_000

interface CopyButtonProps {
  readonly label: string
  /** The text beside the icon. Without it, the label becomes a tooltip. */
  readonly children?: ComponentChildren
  readonly disabled?: boolean
  /** How it looks, if not as an icon or as a button. */
  readonly class?: string
  /** Whether it has the focus when its dialog opens. */
  readonly hasFocus?: boolean
  /** Answers whether the text was copied. */
  readonly onCopy: () => Promise<boolean>
}

export function CopyButton(props: CopyButtonProps) {
  const { label, children, disabled = false, hasFocus = false } = props
  const { onCopy } = props
  const [copied, setCopied] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (hasFocus) button.current?.focus()
  }, [])
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <button
      ref={button}
      type="button"
      class={props.class ?? (children === undefined ? 'icon-button' : 'button')}
      aria-label={children === undefined ? label : undefined}
      title={copied ? commonText.copied : label}
      disabled={disabled}
      onClick={() => void onCopy().then(setCopied)}
    >
      {copied ? <CheckIcon /> : <CopyIcon />}
      {children}
    </button>
  )
}
