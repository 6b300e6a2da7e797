import type { AdminContext } from './context.ts'

/** Whether a request asks for a page or one of its files, and not for the API. */
export function isPagePath({ req }: AdminContext): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && !req.path.startsWith('/admin/api/')
}
