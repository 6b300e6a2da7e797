// Reads the part of the syntax of regular expressions that a pattern of tokens may have: characters, classes,
// groups, alternatives and counts. Whatever else there is, is a fault.

/** What one character of a match may be: bit n stands for the character with code n. */
type Characters = bigint

/** So many characters in a row. */
export interface Run {
  readonly characters: Characters
  readonly min: number
  readonly max: number
}

export type Sequence = readonly Run[]

/** Alternatives are tried one after another, so there are few. */
const MAX_ALTERNATIVES = 64
const MAX_RUNS = 200
const MAX_COUNT = 512

const VISIBLE = rangeOf('!', '~')
const DIGITS = rangeOf('0', '9')
const WORD = DIGITS | rangeOf('A', 'Z') | rangeOf('a', 'z') | bitOf('_')
/** By the letter of the escape. */
const SETS: Readonly<Record<string, Characters>> = {
  d: DIGITS,
  D: VISIBLE & ~DIGITS,
  w: WORD,
  W: VISIBLE & ~WORD,
  S: VISIBLE,
}
const QUANTIFIER = /^(?:[*+?]|\{(\d{1,3})(?:(,)(\d{1,3})?)?\})/
const SYNTAX = /[\^$\\.*+?()[\]{}|/-]/
const LITERAL = /[!-~]/

/** What is wrong with a pattern. The sentence goes on after "it". */
export class PatternFault extends Error {}

/** The alternatives of a pattern without its anchors, and without groups. Throws a PatternFault. */
export function readPattern(source: string): readonly Sequence[] {
  return new Reader(source).readAll()
}

/** Reads a pattern into its alternatives. */
class Reader {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  readAll(): readonly Sequence[] {
    const sequences = this.readSequence()
    if (this.peek() === '|')
      throw new PatternFault('has alternatives outside of a group: write ^(?:a|b)$')
    if (this.at < this.source.length) throw new PatternFault('closes a group that is not open')
    return sequences
  }

  private readSequence(): readonly Sequence[] {
    let sequences: readonly Sequence[] = [[]]
    while (this.at < this.source.length && !'|)'.includes(this.peek())) {
      sequences = joined(sequences, this.readPart())
    }
    return sequences
  }

  /** A character, a class or a group, with what says how often it comes. */
  private readPart(): readonly Sequence[] {
    if (this.peek() === '(') {
      const group = this.readGroup()
      const { min, max } = this.readQuantifier()
      if (min === 0 && max === 1) return [...group, []]
      if (min !== max) throw new PatternFault('repeats a group a varying number of times')
      let repeated: readonly Sequence[] = [[]]
      for (let times = 0; times < min; times++) repeated = joined(repeated, group)
      return repeated
    }
    const characters = this.readCharacters()
    return [[{ characters, ...this.readQuantifier() }]]
  }

  private readGroup(): readonly Sequence[] {
    this.at++
    if (this.peek() === '?') {
      if (!this.source.startsWith('?:', this.at)) {
        throw new PatternFault('has a group other than (…) and (?:…)')
      }
      this.at += 2
    }
    const alternatives = [...this.readSequence()]
    while (this.peek() === '|') {
      this.at++
      alternatives.push(...this.readSequence())
    }
    if (this.peek() !== ')') throw new PatternFault('has a group that is not closed')
    this.at++
    return bounded(alternatives)
  }

  private readQuantifier(): { readonly min: number; readonly max: number } {
    const [text = '', least = '1', comma, most] = QUANTIFIER.exec(this.source.slice(this.at)) ?? []
    this.at += text.length
    if (text !== '' && '*+?{'.includes(this.peek() || ' ')) {
      throw new PatternFault('has a repetition of a repetition, or a lazy one')
    }
    if (text === '*') return { min: 0, max: Infinity }
    if (text === '+') return { min: 1, max: Infinity }
    if (text === '?') return { min: 0, max: 1 }
    const min = Number(least)
    const max = comma === undefined ? min : most === undefined ? Infinity : Number(most)
    if (min > MAX_COUNT || (max !== Infinity && max > MAX_COUNT) || max < min) {
      throw new PatternFault(
        `has a count that is not from 0 to ${MAX_COUNT}, the smaller one first`,
      )
    }
    return { min, max }
  }

  private readCharacters(): Characters {
    const next = this.take()
    if (next === '[') return this.readClass()
    if (next === '\\') return this.readEscape()
    if (next === '.') return VISIBLE
    if (SYNTAX.test(next) && next !== '/' && next !== '-') {
      throw new PatternFault(`has a ${next} that does not stand for itself: write \\${next}`)
    }
    if (!LITERAL.test(next)) throw new PatternFault('has a character that no token can have')
    return bitOf(next)
  }

  private readEscape(): Characters {
    const next = this.take()
    const set = SETS[next]
    if (set !== undefined) return set
    const [, code] = /^x([2-7][0-9a-f])/i.exec(this.source.slice(this.at - 1)) ?? []
    if (code !== undefined) {
      this.at += code.length
      return bitOf(String.fromCharCode(Number.parseInt(code, 16))) & VISIBLE
    }
    if (SYNTAX.test(next)) return bitOf(next)
    throw new PatternFault(
      'has an escape other than \\d, \\w, \\S, \\x21 and those of signs such as \\.',
    )
  }

  private readClass(): Characters {
    const isNegated = this.peek() === '^'
    if (isNegated) this.at++
    let characters = 0n
    while (this.peek() !== ']') {
      const first = this.readClassItem()
      if (this.peek() === '-' && this.source[this.at + 1] !== ']') {
        this.at++
        characters |= spanOf(first, this.readClassItem())
      } else {
        characters |= first
      }
    }
    this.at++
    const allowed = isNegated ? VISIBLE & ~characters : characters
    if (allowed === 0n) throw new PatternFault('has a class without a character')
    return allowed
  }

  private readClassItem(): Characters {
    const next = this.take()
    if (next === '\\') return this.readEscape()
    if (next === '[' || !LITERAL.test(next)) {
      throw new PatternFault(
        'has a class that is not closed, or with a character that no token can have',
      )
    }
    return bitOf(next)
  }

  private peek(): string {
    return this.source.charAt(this.at)
  }

  private take(): string {
    const next = this.peek()
    this.at++
    return next
  }
}

function joined(first: readonly Sequence[], second: readonly Sequence[]): readonly Sequence[] {
  return bounded(first.flatMap((head) => second.map((tail) => [...head, ...tail])))
}

function bounded(alternatives: readonly Sequence[]): readonly Sequence[] {
  const isLong = alternatives.some(({ length }) => length > MAX_RUNS)
  if (alternatives.length > MAX_ALTERNATIVES || isLong) {
    throw new PatternFault(`has more than ${MAX_ALTERNATIVES} alternatives, or is too long`)
  }
  return alternatives
}

function bitOf(character: string): Characters {
  return 1n << BigInt(character.charCodeAt(0))
}

function rangeOf(first: string, last: string): Characters {
  return (bitOf(last) << 1n) - bitOf(first)
}

/** From one character to another, as in [a-z]. */
function spanOf(first: Characters, last: Characters): Characters {
  const isOne = (characters: Characters) => (characters & (characters - 1n)) === 0n
  if (!isOne(first) || !isOne(last) || first > last) {
    throw new PatternFault('has a class with a - between what is no range: write the - last')
  }
  return (last << 1n) - first
}
