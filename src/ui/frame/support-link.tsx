import { ExternalIcon } from '../controls/icons.tsx'
import * as pageText from '../messages/page.ts'

/** The way to support: a page of its own, or an e-mail. Nothing where the deployment names none. */
export function SupportLink({ url }: { readonly url: string | undefined }) {
  if (url === undefined) return null
  const isPage = url.startsWith('http')
  return (
    <a class="support" href={url} {...(isPage && { target: '_blank', rel: 'noopener noreferrer' })}>
      {pageText.support}
      {isPage && (
        <>
          <ExternalIcon />
          <span class="visually-hidden">{pageText.newWindow}</span>
        </>
      )}
    </a>
  )
}
