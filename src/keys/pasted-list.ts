// A list on one line: addresses, networks and what stands for some, with commas, semicolons or spaces
// between them.

import { formatNetwork, parseCidr } from './cidr.ts'
import { isJoined, joinMasks } from './pasted-columns.ts'
import { type PastedItem, toUnclear } from './pasted-item.ts'
import { isBareAddress, isMaskLike, networksOfPiece } from './pasted-piece.ts'

/**
 * The pieces of a list, in their order; `text` is the line. Null where more than `mostUnread` of them
 * cannot be read.
 */
export function readList(
  pieces: readonly string[],
  text: string,
  mostUnread: number,
): PastedItem[] | null {
  const items: PastedItem[] = []
  let unread = 0
  for (const piece of pieces) {
    for (const item of piece.trim() === '' ? [] : readListed(piece.trim())) {
      items.push(item)
      if (item.kind === 'unclear' && item.networks.length === 0) unread++
    }
    if (unread > mostUnread) return null
  }
  const isRead = unread < items.length
  const withDots = isRead || pieces.length < 4 ? null : networksOfPiece(pieces.join('.'))
  return withDots === null ? items : [{ kind: 'unclear', text, networks: withDots }]
}

/** One piece of a list; it may be several with spaces between them. */
function readListed(piece: string): PastedItem[] {
  const item = readWhole(piece)
  if (item !== null) return [item]
  const words = joinMasks(piece.split(/\s+/))
  const items: PastedItem[] = []
  for (const word of words) {
    const read = words.length > 1 ? readWhole(word) : null
    if (read === null) break
    items.push(read)
  }
  // Two addresses could be the ends of a range, or one and its mask; one behind a mask is a gateway.
  const isPair = words.length === 2 && words.every(isBareAddress)
  const isMixed = words.some(isJoined) && !words.every(isJoined)
  const isList = items.length === words.length && !isPair && !isMixed && !words.some(isMaskLike)
  return isList ? items : [toUnclear(piece)]
}

function readWhole(piece: string): PastedItem | null {
  const parsed = piece.includes('/') ? parseCidr(piece) : null
  if (parsed?.ok === true) return { kind: 'network', text: formatNetwork(parsed.value) }
  const networks = networksOfPiece(piece)
  return networks === null ? null : { kind: 'unclear', text: piece, networks }
}
