import type { AdminContext } from './context.ts'

/** Whether a request asks for a page or one of its files, and not for the API. */
export function isPagePath({ req }: AdminContext): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && !req.path.startsWith('/admin/api/')
}

/** The views of the page that have a URL. All are one file; its script reads the path. */
export const PAGE_VIEWS = [
  '/admin/activity',
  '/admin/sessions',
  '/admin/users',
  '/admin/security',
  '/admin/keys/new',
  '/admin/keys/:id{key_\\w+}',
  '/admin/keys/:id{key_\\w+}/edit',
  '/admin/keys/:id{key_\\w+}/rotate',
]
