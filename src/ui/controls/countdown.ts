import { useEffect, useState } from 'preact/hooks'
import type { Failure } from '../api/api.ts'
import { isCode } from '../messages/problem-text.ts'

/** The seconds left of the wait that a refusal asked for. */
export function useCountdown(failure: Failure | null): number {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const wait = failure?.kind === 'problem' && isCode(failure, 'throttled')
    setSeconds(wait ? (failure.retryAfterSeconds ?? 60) : 0)
    if (!wait) return undefined
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1_000)
    return () => clearInterval(timer)
  }, [failure])
  return seconds
}
