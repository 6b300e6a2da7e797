import { useEffect, useState } from 'preact/hooks'

const MINUTE_MS = 60_000

/** The minutes since 1970, as they go by. */
export function useMinute(): number {
  const [minute, setMinute] = useState(now)
  useEffect(() => {
    const timer = setInterval(() => setMinute(now()), MINUTE_MS)
    return () => clearInterval(timer)
  }, [])
  return minute
}

const now = () => Math.floor(Date.now() / MINUTE_MS)
