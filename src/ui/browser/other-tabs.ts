// The tabs of one browser tell each other when the keys changed, and when the customer logged in or out. The window
// of a confirmation tells its id.

type News = 'keys' | 'logged_in' | 'logged_out' | { readonly confirmation: string }

const channel = new BroadcastChannel('portal-gateway')

export function tellOtherTabs(news: News): void {
  // A channel is of one origin, and takes no other.
  channel.postMessage(news) // oxlint-disable-line unicorn/require-post-message-target-origin
}

/** Calls back for the news of other tabs; answers a function that stops that. */
export function onNews(expected: Exclude<News, object>, callback: () => void): () => void {
  const listener = ({ data }: MessageEvent) => data === expected && callback()
  channel.addEventListener('message', listener)
  return () => channel.removeEventListener('message', listener)
}

/** Calls back with the id of each confirmation; answers a function that stops that. */
export function onConfirmation(callback: (confirmation: string) => void): () => void {
  const listener = ({ data }: MessageEvent<News>) => {
    if (typeof data === 'object') callback(data.confirmation)
  }
  channel.addEventListener('message', listener)
  return () => channel.removeEventListener('message', listener)
}
