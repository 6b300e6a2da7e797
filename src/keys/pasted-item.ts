// What a pasted text consists of, once it is read.

export type PastedItem =
  /** An entry as it stands; the text of it is canonical. */
  | { readonly kind: 'network'; readonly text: string }
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

export function toDenied(text: string): LeftOut {
  return { text, why: 'denied' }
}

/** A text of which nothing is certain. */
export function toUnclear(text: string): PastedItem {
  return { kind: 'unclear', text, networks: [] }
}

/** What an item would add, or suggests. */
export function networksOfItem(item: PastedItem): readonly string[] {
  return item.kind === 'network' ? [item.text] : item.networks
}
