import { isolateDirection, toPlainText } from '../messages/display-text.ts'
import * as pageText from '../messages/page.ts'

/** Links only http and https. Stored URLs were checked already, and a link is checked here again. */
export function Website({ url }: { readonly url: string | null }) {
  if (url === null) return null
  const shown = toPlainText(url)
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
  if (!/^https?:\/\//i.test(url)) {
    return (
      <span class="website">
        <bdi>{shown}</bdi>
      </span>
    )
  }
  return (
    <a
      class="website"
      href={url}
      title={isolateDirection(url)}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      <bdi>{shown}</bdi>
      <span class="visually-hidden"> {pageText.newWindow}</span>
    </a>
  )
}
