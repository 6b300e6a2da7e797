// Reads a list on one line: addresses, networks and other notations of networks, with commas, semicolons or
// spaces between them.

import { formatNetwork, parseCidr } from './cidr.ts'
import { isJoined, joinMasks } from './pasted-columns.ts'
import { type PastedItem, toUnclear } from './pasted-item.ts'
import { isBareAddress, isMaskLike, networksOfPiece } from './pasted-piece.ts'

/**
 * The items of a list, in order; `text` is the whole line. Null if more than `maxUnread` pieces cannot be
 * read.
 */
export function readList(
  pieces: readonly string[],
  text: string,
  maxUnread: number,
): PastedItem[] | null {
  const items: PastedItem[] = []
  let unread = 0
  for (const piece of pieces) {
    for (const item of piece.trim() === '' ? [] : readListPiece(piece.trim())) {
      items.push(item)
      if (item.kind === 'unclear' && item.networks.length === 0) unread++
    }
    if (unread > maxUnread) return null
  }
  const isRead = unread < items.length
  // An address that was written with commas in place of its dots.
  const withDots = isRead || pieces.length < 4 ? null : networksOfPiece(pieces.join('.'))
  return withDots === null ? items : [{ kind: 'unclear', text, networks: withDots }]
}

/** Reads one piece of a list, which may be several networks with spaces between them. */
function readListPiece(piece: string): PastedItem[] {
  const item = readNetworks(piece)
  if (item !== null) return [item]
  const words = joinMasks(piece.split(/\s+/))
  const items: PastedItem[] = []
  for (const word of words) {
    const read = words.length > 1 ? readNetworks(word) : null
    if (read === null) break
    items.push(read)
  }
  // Two addresses could be a range, or an address and its mask. An address after a mask is a gateway.
  const isPair = words.length === 2 && words.every(isBareAddress)
  const isMixed = words.some(isJoined) && !words.every(isJoined)
  const isList = items.length === words.length && !isPair && !isMixed && !words.some(isMaskLike)
  return isList ? items : [toUnclear(piece)]
}

function readNetworks(piece: string): PastedItem | null {
  const parsed = piece.includes('/') ? parseCidr(piece) : null
  if (parsed?.ok === true) return { kind: 'network', text: formatNetwork(parsed.value) }
  const networks = networksOfPiece(piece)
  return networks === null ? null : { kind: 'unclear', text: piece, networks }
}
