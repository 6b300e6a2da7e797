// The tabs of one browser tell each other when the keys changed, and when the customer logged out.

type News = 'keys' | 'logged_out'

const channel = new BroadcastChannel('portal-gateway')

export function tellOtherTabs(news: News): void {
  // A channel is of one origin, and takes no other.
  channel.postMessage(news) // oxlint-disable-line unicorn/require-post-message-target-origin
}

/** Calls back for the news of other tabs; answers a function that stops that. */
export function onNews(expected: News, callback: () => void): () => void {
  const listener = ({ data }: MessageEvent) => data === expected && callback()
  channel.addEventListener('message', listener)
  return () => channel.removeEventListener('message', listener)
}
