// The parts that a pasted text is split into.

export type PastedItem =
  /** A valid entry; `text` is its canonical form. */
  | { readonly kind: 'network'; readonly text: string }
  /** Not an entry. `networks` is what the text certainly stands for; empty if nothing is certain. */
  | { readonly kind: 'unclear'; readonly text: string; readonly networks: readonly string[] }

export interface LeftOut {
  readonly text: string
  /** `denied`: the line, or a heading above it, says that it must not be let in. */
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

/** Makes an item without a certain meaning. */
export function toUnclear(text: string): PastedItem {
  return { kind: 'unclear', text, networks: [] }
}

/** The networks that an item adds or suggests. */
export function networksOfItem(item: PastedItem): readonly string[] {
  return item.kind === 'network' ? [item.text] : item.networks
}
