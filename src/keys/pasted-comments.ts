// Separates the comments of a pasted text from its code. It knows the marks of the file formats that hold
// addresses: `#`, `//`, `/* … */`, `<!-- … -->`, Python's three quotes, and at the start of a line `;`,
// `--`, `'` and `rem`. A comment that is not closed runs to the end of the text.

export interface PastedLine {
  /** The line as it was written. */
  readonly text: string
  /** The line without its comments. */
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

/** Creates a reader for one text. Call it with each line, in order. */
export function createCommentReader(): (text: string) => PastedLine {
  let end: string | undefined // the end mark of the block comment that is open

  return (text) => {
    let code = ''
    const comments: string[] = []
    const first = text.search(/\S/)
    let at = 0
    let start = 0 // where the open block comment starts on this line
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
      // Text in quotes is no comment. A quote without its partner is an ordinary character.
      const closing = text.indexOf(mark[0], at + 1)
      const next = closing === -1 ? at + 1 : closing + 1
      code += text.slice(at, next)
      at = next
    }
    return { text, code: code.trim(), comments }
  }
}
