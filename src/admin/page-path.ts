import type { AdminContext } from './context.ts'

/** Whether a request is for a page or one of its files, rather than for the API. */
export function isPagePath({ req }: AdminContext): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && !req.path.startsWith('/admin/api/')
}
