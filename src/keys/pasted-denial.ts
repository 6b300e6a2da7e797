// Finds words that say that an address must not be let in, or is no client's. An entry of an IP ACL always
// lets in, so an address beside such a word is never suggested. To leave out too much costs a customer some
// typing; to let in too much costs them their protection.

/**
 * A `strong` word names a refusal or an exception, wherever it stands. A `weak` word says that something is
 * over, is not so, or is a destination. In prose a weak word may be about something other than the
 * addresses.
 */
export type Denial = 'strong' | 'weak'

const STRONG = [
  'den(?:y\\w*|ied|ies|ials?)|dis?allow\\w*|not?allow\\w*|block(?:s|ed|ing|lists?|listed)?|reject\\w*',
  'drop(?:s|ped|ping|lists?)?|refus\\w*|forbid\\w*|forbade|prohibit\\w*|ban(?:s|ned|ning|lists?)?',
  'black(?:lists?|listed|listing|hole|holes|holed)|exclu\\w*|except\\w*|revok\\w*|unauthori[sz]\\w*|discard\\w*',
  'unreachable|quarantin\\w*|nullroute\\w*|sinkhol\\w*|untrusted|malicious|abus\\w*|attack\\w*|spam\\w*|hostile',
  'suspicious',
  // The same words in other languages.
  'gesperrt\\w*|sperr\\w*|verbot\\w*|blockier\\w*|abgelehnt|verweiger\\w*|ausgenommen|ausser|außer',
  'bloqu\\w*|bloc+at\\w*|blokk\\w*|geblok\\w*|interdi\\w*|sauf|deneg\\w*|prohíb\\w*|prohib\\w*|proib\\w*|excepto',
  'vietat\\w*|negad[oa]s?|negat[oaie]|geweiger\\w*|zablok\\w*|zakaz\\w*|odrzuc\\w*|engelle\\w*|yasak\\w*',
  'запре\\w*|заблок\\w*|блок\\w*|отказ\\w*|кроме|заборон\\w*|חסו[םמ]\\w*|חסימ\\w*|נדח\\w*|אסו[ר]\\w*|محظور\\w*|ممنوع\\w*|حظر\\w*',
]
const STRONG_ANYWHERE = /拒绝|拒絕|拒否|禁止|封禁|屏蔽|除外|ブロック|차단|거부|금지/
const WEAK = [
  'not?|non|none|never|without|unless|until|was|were|off|false|disabl\\w*|inactiv\\w*|deactivat\\w*',
  'expir\\w*|retir\\w*|remov\\w*|delet\\w*|obsolet\\w*|unused|legacy|old|former\\w*|previous\\w*|replac\\w*',
  'deprecat\\w*|decommission\\w*|cancel\\w*|moved|egress|outbound|output|dest|destinations?|dst|daddr',
  'nicht|kein\\w*|früher\\w*|ehemal\\w*|abgelaufen|alte?[rs]?|pas|ancien\\w*|antigu\\w*|vecchi\\w*|нет|не|стар\\w*',
]

const STRONG_WORD = asWord(STRONG)
const WEAK_WORD = asWord(WEAK)
/** "Do not allow", and "must not be used". */
const NEGATED = /\b(?:not|never|cannot|t) (?:be )?(?:allow|permit|accept|let|trust|add|us)/
/** Names of networks, as in Terraform's `cidr_blocks` and in `"CidrBlock"`. */
const NAMED_BLOCK = /\b(cidr|ip|address|addr|net|network|subnet) ?blocks?\b/g

/** The strongest denial in a text; null if no word denies anything. */
export function denialIn(text: string): Denial | null {
  if (/[!！]/.test(text) || STRONG_ANYWHERE.test(text)) return 'strong'
  const spaced = text.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase()
  const sentence = (spaced.match(/\p{L}+/gu) ?? []).join(' ').replaceAll(NAMED_BLOCK, '$1')
  const words = sentence.split(' ')
  if (NEGATED.test(sentence) || words.some((word) => STRONG_WORD.test(word))) return 'strong'
  return words.some((word) => WEAK_WORD.test(word)) ? 'weak' : null
}

/** As `denialIn`, for a comment with the marks that begin it. */
export function remarkIn(comment: string): Denial | null {
  return denialIn(comment.replace(/^[^\p{L}\p{N}]+/u, ''))
}

function asWord(patterns: readonly string[]): RegExp {
  return new RegExp(`^(?:${patterns.join('|').replaceAll('\\w', '\\p{L}')})$`, 'u')
}
