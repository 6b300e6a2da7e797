import { useEffect } from 'preact/hooks'
import { guardBack } from './route.ts'

/** While there is unsaved input, the browser asks before the page is left, and `ask` before Back leaves the view. */
export function useUnsaved(isDirty: boolean, ask: () => void): void {
  useEffect(() => {
    if (!isDirty) return undefined
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [isDirty])
  useEffect(() => {
    if (!isDirty) return undefined
    return guardBack(() => {
      ask()
      return false
    })
  }, [isDirty, ask])
}
