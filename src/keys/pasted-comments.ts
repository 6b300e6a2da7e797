// Which part of a pasted text is a comment, by the marks of the files that hold addresses: `#`, `//`, `;`
// `--` and `'` at the start of a line, `rem`, `/* … */`, `<!-- … -->` and Python's three quotes. A comment that
// does not end runs to the end of the text.

export interface PastedLine {
  /** The line as it was written. */
  readonly text: string
  /** What is left of it without its comments. */
  readonly code: string
  readonly comments: readonly string[]
}

const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/
const MARK = /"""|'''|["'`]|\/\*|<!--|#|(?<![^\s;,])\/\/|^\s*(?:;|--(?=\s)|rem(?=\s))/gi
const ENDS: Readonly<Record<string, string>> = {
  '/*': '*/',
  '<!--': '-->',
  '"""': '"""',
  "'''": "'''",
}

export function splitLines(text: string): string[] {
  return text.split(LINE_BREAK)
}

/** To be called with the lines of one text, in their order. */
export function createCommentReader(): (text: string) => PastedLine {
  let end: string | undefined // of the block comment that the line begins in

  return (text) => {
    let code = ''
    const comments: string[] = []
    const first = text.search(/\S/)
    let at = 0
    let start = 0 // of the block comment, and `at` behind its mark
    while (at < text.length) {
      if (end !== undefined) {
        const endAt = text.indexOf(end, at)
        at = endAt === -1 ? text.length : endAt + end.length
        comments.push(text.slice(start, at).trim())
        code += ' '
        if (endAt !== -1) end = undefined
        continue
      }
      MARK.lastIndex = at
      const mark = MARK.exec(text)
      if (mark === null) {
        code += text.slice(at)
        break
      }
      code += text.slice(at, mark.index)
      at = mark.index
      end = ENDS[mark[0]]
      if (end !== undefined) {
        start = at
        at += mark[0].length
        continue
      }
      const isRemark = at === first && mark[0] === "'" && /\s/.test(text.charAt(at + 1))
      if (isRemark || !/^["'`]$/.test(mark[0])) {
        comments.push(text.slice(at).trim())
        break
      }
      // What stands in quotes is no comment; a quote without its other half is a character.
      const closing = text.indexOf(mark[0], at + 1)
      const next = closing === -1 ? at + 1 : closing + 1
      code += text.slice(at, next)
      at = next
    }
    return { text, code: code.trim(), comments }
  }
}
