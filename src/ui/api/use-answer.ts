import { useEffect, useState } from 'preact/hooks'
import type { Answer } from './api.ts'

/**
 * What a call answers: undefined before the first answer, null if it failed. It is called again when one of `inputs`
 * changes, and an answer that comes after that is not taken.
 */
export function useAnswer<Value>(
  call: () => Answer<Value>,
  inputs: readonly unknown[],
): Value | null | undefined {
  const [value, setValue] = useState<Value | null | undefined>()
  useEffect(() => {
    let isOver = false
    void call().then((answer) => {
      if (!isOver) setValue(answer.ok ? answer.value : null)
    })
    return () => {
      isOver = true
    }
  }, inputs)
  return value
}
