// What a pasted text consists of, once it is read.

export type PastedItem =
  /** An entry as it stands, canonical. */
  | { readonly kind: 'network'; readonly network: string }
  /** No entry; the networks are what it certainly stands for, none where nothing is certain. */
  | { readonly kind: 'unclear'; readonly text: string; readonly networks: readonly string[] }

export interface LeftOut {
  readonly text: string
  /** `denied`: a word of it, or a line that it is under, says that it is not to be let in. */
  readonly why: 'denied' | 'comment'
}

export interface PastedText {
  /** In the order of the text. */
  readonly items: readonly PastedItem[]
  readonly leftOut: readonly LeftOut[]
}

export function toComment(text: string): LeftOut {
  return { text, why: 'comment' }
}

export function toDenied(item: PastedItem): LeftOut {
  return { text: item.kind === 'network' ? item.network : item.text, why: 'denied' }
}

/** The same, with nothing that is certain about it. */
export function toUnclear(item: PastedItem): PastedItem {
  const text = item.kind === 'network' ? item.network : item.text
  return { kind: 'unclear', text, networks: [] }
}

/** A suggestion of what an item stands for, in place of the text. */
export function asSuggestion(item: PastedItem, text: string): PastedItem {
  return {
    kind: 'unclear',
    text,
    networks: item.kind === 'network' ? [item.network] : item.networks,
  }
}
